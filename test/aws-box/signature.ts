import type { IncomingHttpHeaders } from "node:http";
import { signatureOf } from "../support/sigv4.ts";
import type { BoxRequest, Scope } from "./wire.ts";

/** Every key in the box has this one. */
export const SECRET_ACCESS_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

const MAX_SKEW_MS = 5 * 60_000;
const CREDENTIAL = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request,/;

/** Whom and what a request is signed for; null for one that is not signed. */
export function scopeOf({ authorization = "" }: IncomingHttpHeaders): Scope | null {
  const [, accessKeyId, date, region, service] = CREDENTIAL.exec(authorization) ?? [];
  return accessKeyId && date && region && service ? { accessKeyId, date, region, service } : null;
}

const epochMs = (time: string): number =>
  Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));

/** Why IAM would refuse the request at `now` (epoch ms), or null when it is signed as it should be for `service`. */
export function signatureFault(
  { method, path, headers, body, scope }: BoxRequest,
  service: string,
  region: string,
  now: number,
): string | null {
  if (scope === null) return "Missing Authentication Token";
  if (scope.service !== service || scope.region !== region)
    return `Credential should be scoped to ${service} in ${region}.`;
  const time = String(headers["x-amz-date"] ?? "");
  if (!(Math.abs(epochMs(time) - now) <= MAX_SKEW_MS)) return `Signature expired or not yet current: ${time}`;
  const received = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  const { valid, signedHeaders } = signatureOf(
    { method, path, headers: received, body: body.toString() },
    SECRET_ACCESS_KEY,
  );
  if (!signedHeaders.includes("host")) return "The host header has to be signed.";
  return valid ? null : "The signature does not match.";
}
