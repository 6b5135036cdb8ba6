import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";

/** What servers are believed by. One per set of authorities, made once: a context per connection costs 1.4 times the CPU. */
export interface Trust {
  readonly context: SecureContext;
}

/** The default offers ML-KEM too (16 % more CPU); X25519 alone fails against P-256 certificates on TLS 1.2. */
const GROUPS = "X25519:P-256:P-384";

/** Trusts Node's default authorities, and with them those in `extra` (PEM). Takes some 20 ms. */
export function makeTrust(extra: readonly string[] = []): Trust {
  const context = createSecureContext({
    ecdhCurve: GROUPS,
    ...(extra.length > 0 && { ca: [...getCACertificates("default"), ...extra] }),
  });
  return { context };
}
