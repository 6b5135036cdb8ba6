/** The protocols that AWS services speak: what names an action, and what an error looks like. */
import { randomUUID } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Answer, BoxRequest, Refusal } from "./wire.ts";

/** What clients send is the SDK's own: its shape is what the SDK's types say. */
export function bodyOf<T>(request: BoxRequest): T {
  // the SDK made it from an input of that type
  return JSON.parse(request.body.toString() || "{}") as T;
}

/** The action of `X-Amz-Target: <service>.<action>`, or null when it is another service's. */
export function targetOf(request: BoxRequest, service: string): string | null {
  const target = request.headers["x-amz-target"];
  return typeof target === "string" && target.startsWith(`${service}.`)
    ? target.slice(service.length + 1)
    : null;
}

/** AWS JSON 1.0 and 1.1. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  const text = JSON.stringify(body);
  return {
    status,
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amzn-requestid": randomUUID(),
      "x-amz-crc32": String(crc32(text)),
      ...headers,
    },
    body: text,
  };
}

export const jsonError =
  (namespace: string) =>
  ({ status, code, message }: Refusal): Answer =>
    json({ __type: `${namespace}#${code}`, message }, status);

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escapeXml = (text: string): string =>
  text.replaceAll(/[&<>"]/g, (character) => escapes[character] ?? "");

/** The query protocol's answer: `<PublishResponse>` around what is given as [element, text] pairs. */
export function xml(action: string, namespace: string, result: Record<string, string>): Answer {
  const elements = Object.entries(result).map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`);
  return {
    status: 200,
    headers: { "content-type": "text/xml" },
    body: `<${action}Response xmlns="${namespace}"><${action}Result>${elements.join("")}</${action}Result><ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></${action}Response>`,
  };
}

export const xmlError = ({ status, code, message }: Refusal): Answer => ({
  status,
  headers: { "content-type": "text/xml" },
  body: `<ErrorResponse><Error><Type>${status < 500 ? "Sender" : "Receiver"}</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`,
});

export const plain = (status: number, body = ""): Answer => ({
  status,
  headers: { "content-type": "application/json" },
  body,
});
