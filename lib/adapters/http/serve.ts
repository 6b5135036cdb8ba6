import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { APIGatewayProxyEventV2, Context } from "aws-lambda";
import { Unavailable } from "../../core/errors.ts";
import type { Clock } from "../../core/ports.ts";
import { type HttpAnswer, INTERNAL_ERROR, message, toAnswer } from "./answer.ts";
import { readBody } from "./body.ts";
import { type HttpRequest, toEvent } from "./event.ts";
import { type GuardOptions, refusalOf } from "./guard.ts";

/** The part of Lambda's context that a host can honestly give. */
export type HostContext = Pick<Context, "awsRequestId" | "getRemainingTimeInMillis">;

/** What API Gateway calls: the result is structured, or anything that becomes JSON (answer.ts). */
export type HttpHandler = (event: APIGatewayProxyEventV2, context: HostContext) => Promise<unknown>;

export interface ServeOptions {
  handler: HttpHandler;
  /** The address to listen at, e.g. `127.0.0.1`. */
  host: string;
  /** 0 takes a free one. */
  port: number;
  clock: Clock;
  newId(): string;
  /** Told of every fault that an answer hides: of the handler, or of this host. */
  onFault(error: unknown, requestId: string): void;
  /** Names with port under which a reverse proxy passes requests on (default none). */
  hosts?: readonly string[];
  /** Larger bodies are refused with 413 (default 256 KB). */
  maxBodyBytes?: number;
  /** How long a client may take to send a whole request (default 10 s; more is 408). */
  requestTimeoutMs?: number;
  /** How long a handler may take (default 29 s, as API Gateway's own limit; more is 503). */
  handlerTimeoutMs?: number;
  /** How long requests in flight may take to finish when the server closes (default 5 s). */
  closeTimeoutMs?: number;
}

export interface HttpHost {
  /** `http://127.0.0.1:7700`. */
  url: string;
  port: number;
  /** Takes no more requests, lets those in flight finish, for `closeTimeoutMs` at most. */
  close(): Promise<void>;
}

const DEFAULTS = {
  hosts: [],
  maxBodyBytes: 256 * 1024,
  requestTimeoutMs: 10_000,
  handlerTimeoutMs: 29_000,
  closeTimeoutMs: 5_000,
} as const;

type Resolved = ServeOptions & Required<Pick<ServeOptions, keyof typeof DEFAULTS>>;

const MAX_CONNECTIONS = 256;
const MAX_HEADER_BYTES = 16 * 1024;

async function readRequest(request: IncomingMessage, options: Resolved): Promise<HttpRequest | null> {
  const body = await readBody(request, options.maxBodyBytes);
  if (body === null) return null;
  return {
    method: request.method ?? "",
    target: request.url ?? "",
    httpVersion: request.httpVersion,
    headers: distinct(request),
    sourceIp: request.socket.remoteAddress ?? "",
    body,
    requestId: options.newId(),
    at: options.clock.now(),
  };
}

/** Node leaves a header without values undefined in the type only. */
function distinct({ headersDistinct }: IncomingMessage): Record<string, string[]> {
  const entries = Object.entries(headersDistinct).map(([name, values]) => [name, values ?? []] as const);
  return Object.fromEntries(entries);
}

/** The handler's answer, or 503 when it takes too long: it can't be stopped, only no longer waited for. */
async function callHandler(request: HttpRequest, options: Resolved): Promise<HttpAnswer> {
  const { clock, handlerTimeoutMs, handler } = options;
  const deadline = request.at + handlerTimeoutMs;
  const context: HostContext = {
    awsRequestId: request.requestId,
    getRemainingTimeInMillis: () => Math.max(0, deadline - clock.now()),
  };
  const done = new AbortController();
  const late = clock.sleep(handlerTimeoutMs, done.signal).then(() => message(503, "Service Unavailable"));
  try {
    return await Promise.race([handler(toEvent(request), context).then(toAnswer), late]);
  } catch (error) {
    options.onFault(error, request.requestId);
    return INTERNAL_ERROR;
  } finally {
    done.abort();
  }
}

const isOriginForm = (target: string | undefined): boolean => target?.startsWith("/") === true;

/** What is refused before a byte of the body is read. */
function refuseEarly(request: IncomingMessage, guard: GuardOptions): HttpAnswer | null {
  if (!isOriginForm(request.url)) return message(400, "Bad Request");
  return refusalOf({ headers: distinct(request) }, guard);
}

async function answerTo(
  request: IncomingMessage,
  guard: GuardOptions,
  options: Resolved,
): Promise<HttpAnswer> {
  const refusal = refuseEarly(request, guard);
  if (refusal !== null) return refusal;
  const read = await readRequest(request, options);
  return read === null ? message(413, "Request Entity Too Large") : callHandler(read, options);
}

/** A body that was not read to its end can't be followed by another request on the same connection. */
function write(
  request: IncomingMessage,
  response: ServerResponse,
  answer: HttpAnswer,
  closing: boolean,
): void {
  const last = closing || !request.complete;
  const bodiless = answer.status === 204 || answer.status === 304;
  response.writeHead(answer.status, {
    ...answer.headers,
    ...(bodiless ? {} : { "content-length": answer.body.length }),
    ...(last ? { connection: "close" } : {}),
  });
  response.end(answer.body);
}

function limit(server: Server, { requestTimeoutMs, handlerTimeoutMs }: Resolved): void {
  server.maxConnections = MAX_CONNECTIONS;
  server.headersTimeout = requestTimeoutMs;
  server.requestTimeout = requestTimeoutMs;
  server.timeout = requestTimeoutMs + handlerTimeoutMs; // a client that doesn't read its answer
}

async function listen(
  server: Server,
  { host, port }: ServeOptions,
): Promise<{ address: string; port: number }> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown error";
    const advice =
      code === "EADDRINUSE" ? "another program has it: choose another port" : `it failed with ${code}`;
    throw new Unavailable(`Can't listen at ${host}:${port}: ${advice}.`, { cause });
  }
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new TypeError("a TCP server has a TCP address");
  return { address: bound.address, port: bound.port };
}

/**
 * Serves a handler that was written for API Gateway (HTTP API, payload format 2.0) over plain HTTP, guarded
 * against other websites' pages. Throws Unavailable when the address can't be listened at.
 */
export async function serve(given: ServeOptions): Promise<HttpHost> {
  const options: Resolved = { ...DEFAULTS, ...given };
  const state = { closing: false };
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, connectionsCheckingInterval: 1_000 });
  limit(server, options);
  const { address, port } = await listen(server, options);
  const guard: GuardOptions = { address, port, hosts: options.hosts };

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    try {
      write(request, response, await answerTo(request, guard, options), state.closing);
    } catch (error) {
      if (request.socket.destroyed || request.errored !== null) return; // the client went away: nobody's fault
      options.onFault(error, "");
      if (response.headersSent) request.socket.destroy();
      else write(request, response, INTERNAL_ERROR, true);
    }
  };
  server.on("request", handle);

  const close = async () => {
    state.closing = true;
    const closed = once(server, "close");
    server.close();
    const done = new AbortController();
    const timeout = options.clock.sleep(options.closeTimeoutMs, done.signal);
    await Promise.race([closed, timeout]);
    done.abort();
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://${address.includes(":") ? `[${address}]` : address}:${port}`, port, close };
}
