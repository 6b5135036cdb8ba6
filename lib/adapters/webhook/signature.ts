import { createHmac, timingSafeEqual } from "node:crypto";

/** Carries `t=<epoch seconds>,v1=<hex HMAC-SHA256 of "t.body">`. */
export const SIGNATURE_HEADER = "x-vigie-signature";

const TOLERANCE_MS = 300_000;

const digest = (secret: string, seconds: number, body: string): string =>
  createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");

/** The signature header's value for a body sent at `now` (epoch ms). */
export function sign(secret: string, body: string, now: number): string {
  const seconds = Math.floor(now / 1000);
  return `t=${seconds},v1=${digest(secret, seconds, body)}`;
}

export interface SignedRequest {
  secret: string;
  /** The value of the `x-vigie-signature` header. */
  header: string;
  /** The request's body, byte for byte as received. */
  body: string;
  /** Epoch ms. */
  now: number;
  /** How old (or how far ahead) it may be; 5 minutes unless told. Within it, deduplicate by the body's `ids`. */
  toleranceMs?: number;
}

/** For receivers: whether a request was signed with the secret, a short while ago. */
export function verify({ secret, header, body, now, toleranceMs = TOLERANCE_MS }: SignedRequest): boolean {
  const match = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header);
  if (match === null) return false;
  const seconds = Number(match[1]);
  if (Math.abs(now - seconds * 1000) > toleranceMs) return false;
  return timingSafeEqual(Buffer.from(String(match[2])), Buffer.from(digest(secret, seconds, body)));
}
