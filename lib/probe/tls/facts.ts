import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { TLSSocket } from "node:tls";
import type { TlsFacts } from "../../core/check/measurement.ts";

const DAY_MS = 86_400_000;
const ISSUER_LIMIT = 200;

/** One line of a distinguished name as Node prints it (`O=Let's Encrypt`). */
function part(name: string, key: "O" | "CN"): string {
  const line = name.split("\n").find((one) => one.startsWith(`${key}=`));
  return line?.slice(key.length + 1) ?? "";
}

/** "Let's Encrypt R11": organization and name, unless the name says it all. Text from a stranger, so cut. */
function issuerOf({ issuer }: X509Certificate): string {
  const organization = part(issuer, "O");
  const name = part(issuer, "CN");
  const whole = name.startsWith(organization) ? name : `${organization} ${name}`;
  return whole.trim().slice(0, ISSUER_LIMIT);
}

/**
 * Whether a certificate was issued for the host: as browsers see it, by its alternative names only
 * (RFC 9525, 6.3 and 6.4: the common name does not count, nor a wildcard within a label).
 */
export function isFor(certificate: X509Certificate, host: string): boolean {
  if (isIP(host) !== 0) return certificate.checkIP(host) !== undefined;
  return certificate.checkHost(host, { subject: "never", partialWildcards: false }) !== undefined;
}

/** The TLS side of a measurement. `now`: epoch ms, from which the days left are counted. */
export function tlsFactsOf(socket: TLSSocket, certificate: X509Certificate, now: number): TlsFacts | null {
  const { validToDate } = certificate;
  if (Number.isNaN(validToDate.getTime())) return null;
  return {
    protocol: socket.getProtocol() ?? "unknown",
    cipher: socket.getCipher().name,
    validTo: validToDate.toISOString(),
    daysLeft: Math.floor((validToDate.getTime() - now) / DAY_MS),
    issuer: issuerOf(certificate),
  };
}
