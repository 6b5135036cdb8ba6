import { VigieError } from "../../lib/core/errors.ts";
import type { ApiEvent, ApiResponse } from "./deps.ts";

/** A refusal that only HTTP knows: its status, and headers that belong to it. */
export class HttpRefusal extends VigieError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(code, message);
    this.status = status;
    this.headers = headers;
  }
}

/** An answer with a JSON body. Nothing is cached: verdicts change without the resource's version changing. */
export function json(statusCode: number, body: unknown, headers: Record<string, string> = {}): ApiResponse {
  return {
    statusCode,
    headers: { "content-type": "application/json; charset=utf-8", "cache-control": "no-store", ...headers },
    body: JSON.stringify(body),
  };
}

export const noContent: ApiResponse = { statusCode: 204, headers: { "cache-control": "no-store" } };

/** A parameter of the path, decoded; empty when it can't be. */
export function pathParameter(event: ApiEvent, name: string): string {
  try {
    return decodeURIComponent(event.pathParameters?.[name] ?? "");
  } catch {
    return ""; // a broken escape names nothing, and is answered 404 like any other unknown id
  }
}
