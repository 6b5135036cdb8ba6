import type { PeerCertificate, TLSSocket } from "node:tls";
import type { TlsFacts } from "../../core/check/measurement.ts";

const DAY_MS = 86_400_000;
const ISSUER_LIMIT = 200;

/** What is kept of a certificate; read from Node's parsed form, which verification makes anyway. */
export interface CertificateFacts {
  validTo: number;
  issuer: string;
}

const one = (value: string | string[] | undefined): string =>
  Array.isArray(value) ? (value[0] ?? "") : (value ?? "");

/** "Let's Encrypt R11": organization and name, unless the name says it all. Text from a stranger, so cut. */
function issuerOf(issuer: PeerCertificate["issuer"] | undefined): string {
  const organization = one(issuer?.O);
  const name = one(issuer?.CN);
  const whole = name.startsWith(organization) ? name : `${organization} ${name}`;
  return whole.trim().slice(0, ISSUER_LIMIT);
}

/** Null for a certificate whose dates make no sense, and where there is none. */
export function certificateFacts(certificate: Partial<PeerCertificate>): CertificateFacts | null {
  const validTo = Date.parse(certificate.valid_to ?? "");
  return Number.isNaN(validTo) ? null : { validTo, issuer: issuerOf(certificate.issuer) };
}

/** The TLS side of a measurement. `now`: epoch ms, from which the days left are counted. */
export const tlsFactsOf = (socket: TLSSocket, certificate: CertificateFacts, now: number): TlsFacts => ({
  protocol: socket.getProtocol() ?? "unknown",
  cipher: socket.getCipher().name,
  validTo: new Date(certificate.validTo).toISOString(),
  daysLeft: Math.floor((certificate.validTo - now) / DAY_MS),
  issuer: certificate.issuer,
});
