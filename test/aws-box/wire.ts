/** Requests and answers as the stand-ins see them: whole, whatever the protocol. */
import type { IncomingHttpHeaders } from "node:http";

/** Who calls: a function's process, or the test itself. */
export interface Caller {
  /** `probe`, or `test`. */
  name: string;
  /** Where it runs; empty for the test. */
  region: string;
  /** Which of its processes; 0 for the test. */
  process: number;
}

/** What the signature says it is for. */
export interface Scope {
  accessKeyId: string;
  /** `20260302`. */
  date: string;
  region: string;
  service: string;
}

export interface BoxRequest {
  method: string;
  /** As sent, without the query. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
  caller: Caller;
  /** null: not signed. */
  scope: Scope | null;
  /** `http://127.0.0.1:port` of the door it came in by. */
  door: string;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer;
}

/** An error as AWS names it. */
export interface Refusal {
  status: number;
  code: string;
  message: string;
}

/** Thrown by a stand-in that does not do what was asked; it becomes an answer in the service's own protocol. */
export class RefusedCall extends Error {
  readonly refusal: Refusal;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.refusal = { status, code, message };
  }
}

export const ACCOUNT = "111122223333";

/** Of the one HTTP API. */
export const API_ID = "vigieapi";

/** `arn:aws:sqs:eu-west-1:111122223333:failures`. */
export const arn = (service: string, region: string, rest: string): string =>
  `arn:aws:${service}:${region}:${ACCOUNT}:${rest}`;

/** The name at the end of an ARN, or of an address. */
export const lastOf = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf(":"), path.lastIndexOf("/")) + 1);
