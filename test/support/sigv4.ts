/** Checks AWS's Signature Version 4 with nothing but node:crypto, as a service does. */
import { createHash, createHmac } from "node:crypto";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

export interface ReceivedRequest {
  method: string;
  path: string;
  /** By lower-case name. */
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** Reads the text of one HTTP/1.1 request without chunks. */
export function readRequest(text: string): ReceivedRequest {
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const [line = "", ...fields] = head.split("\r\n");
  const [method = "", path = ""] = line.split(" ");
  const headers = Object.fromEntries(
    fields.map((field) => {
      const colon = field.indexOf(":");
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
    }),
  );
  return { method, path, headers, body: Buffer.from(rest.join("\r\n\r\n"), "latin1").toString() };
}

export interface Signature {
  accessKeyId: string;
  /** `date/region/service/aws4_request`. */
  scope: string;
  signedHeaders: string[];
  /** Whether it was made with this secret over this very request. */
  valid: boolean;
}

/** Throws for a request without one. */
export function signatureOf({ method, path, headers, body }: ReceivedRequest, secret: string): Signature {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/.exec(
      headers["authorization"] ?? "",
    );
  if (match === null) throw new Error("the request is not signed");
  const [, accessKeyId = "", scope = "", names = "", signature = ""] = match;
  const signedHeaders = names.split(";");
  const canonical = [
    method,
    path,
    "",
    ...signedHeaders.map((name) => `${name}:${headers[name]}`),
    "",
    names,
    sha256(body),
  ].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, sha256(canonical)].join("\n");
  const [date = "", region = "", service = "", end = ""] = scope.split("/");
  const key = [region, service, end].reduce<Buffer>(
    (last, part) => hmac(last, part),
    hmac(`AWS4${secret}`, date),
  );
  return {
    accessKeyId,
    scope,
    signedHeaders,
    valid: hmac(key, toSign).toString("hex") === signature,
  };
}
