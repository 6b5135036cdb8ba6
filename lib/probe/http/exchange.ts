import type { Socket } from "node:net";
import type { Dispatcher } from "undici";
import Client from "undici/lib/dispatcher/client.js";
import { type Failure, failure, timeoutTypeOf } from "../../core/check/outcome.ts";
import { VigieError } from "../../core/errors.ts";
import { connect, placeOf, type Target } from "../connect.ts";
import { codeOf, exchangeFailure, type Progress, throwIfOurs } from "../failures.ts";
import { acted, noticed, stepOf, type Trace } from "../trace.ts";
import type { Body } from "./decode.ts";
import { type HttpRequest, isRedirect } from "./redirect.ts";
import { withoutStacks } from "./stacks.ts";

export const HEADER_LIMIT = 64 * 1024;
export const BODY_LIMIT = 1024 * 1024;

/** An answer as it came, its body still in its content coding. */
export interface Answer extends Body {
  status: number;
  /** Bytes of the body that were read, kept or not. */
  length: number;
  /** Names in lower case, values of repeated headers joined by a comma. */
  headers: Readonly<Record<string, string>>;
}

export interface ExchangeOptions {
  target: Target;
  /** Stop at the headers of a redirect: its body is never read. */
  follow: boolean;
  /** Keep the bytes of the body; without it an answer without a content coding is only counted. */
  keepBody: boolean;
  signal: AbortSignal;
}

const EMPTY = Buffer.alloc(0);

type Headers = Parameters<NonNullable<Dispatcher.DispatchHandler["onResponseStart"]>>[2];

function flat(headers: Headers): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) result[name] = Array.isArray(value) ? value.join(", ") : value;
  return result;
}

/** The failure of a hop that the total time-out ended. */
export function timeoutFailure(trace: Trace, place: string): Failure {
  const step = stepOf(trace);
  const what = {
    dns: "name lookup",
    connect: "connect",
    tls: "TLS handshake",
    firstByte: "answer",
    transfer: "body",
  };
  return failure(timeoutTypeOf(step), `timed out: no end of ${what[step]} (${place})`);
}

/** A header or method that can't be sent is a mistake in the endpoint (a line break in a secret, say): nobody is down. */
function throwIfUnsendable(error: unknown): void {
  const code = codeOf(error);
  if (code !== "UND_ERR_INVALID_ARG" && code !== "UND_ERR_NOT_SUPPORTED") return;
  const reason = error instanceof Error ? error.message : code;
  throw new VigieError("bad_request", `The request can't be sent: ${reason}. Correct the endpoint.`, {
    cause: error,
  });
}

/**
 * One request and its answer on a connection of their own. A class because undici calls its methods: a handler
 * without closures per event is part of why this costs less CPU than curl.
 */
class Exchange implements Dispatcher.DispatchHandler {
  readonly promise: Promise<Answer | Failure>;
  readonly #settle: PromiseWithResolvers<Answer | Failure>;
  readonly #trace: Trace;
  readonly #options: ExchangeOptions;
  readonly #place: string;
  readonly #progress: Progress = { started: false, headersDone: false, chunked: false };
  #socket: Socket | null = null;
  #socketError: Error | null = null;
  #done = false;
  #headers: Record<string, string> = {};
  #chunks: Buffer[] = [];
  #length = 0;
  #keep: boolean;

  constructor(trace: Trace, options: ExchangeOptions) {
    this.#settle = Promise.withResolvers();
    this.promise = this.#settle.promise;
    this.#trace = trace;
    this.#options = options;
    this.#keep = options.keepBody;
    this.#place = placeOf(options.target.remote, options.target.port);
  }

  /** What undici calls a connector. */
  readonly connect = (_: unknown, handOver: (error: null, socket: Socket) => void): void => {
    this.#socket = connect(this.#options.target, this.#trace, {
      ready: (socket) => {
        socket.on("error", (error) => {
          this.#socketError ??= error;
        });
        handOver(null, socket);
      },
      failed: (reason) => this.#finish(reason),
      broken: (fault) => this.#reject(fault),
    });
  };

  readonly onAbort = (): void => {
    this.#finish(timeoutFailure(this.#trace, this.#place));
  };

  onRequestStart(): void {
    // undici insists on it.
  }

  onRequestSent(): void {
    this.#trace.sentAt = acted(this.#trace);
  }

  onResponseStarted(): void {
    this.#trace.firstByteAt = noticed(this.#trace);
    this.#progress.started = true;
  }

  onResponseStart(_: unknown, status: number, headers: Headers): void {
    if (status < 200) {
      this.#trace.firstByteAt = null; // an interim answer (103): the one that counts is yet to come
      return;
    }
    this.#trace.status = status;
    this.#headers = flat(headers);
    this.#progress.headersDone = true;
    this.#progress.chunked = (this.#headers["transfer-encoding"] ?? "").toLowerCase().includes("chunked");
    this.#keep ||= this.#headers["content-encoding"] !== undefined;
    if (this.#options.follow && isRedirect(status)) this.#complete(status, false);
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    if (this.#done) return;
    const room = BODY_LIMIT - this.#length;
    const part = chunk.length > room ? chunk.subarray(0, room) : chunk;
    this.#length += part.length;
    if (this.#keep) this.#chunks.push(part);
    if (chunk.length > room) this.#complete(this.#trace.status ?? 0, true);
  }

  onResponseEnd(): void {
    this.#socket = null; // undici closes it; to be first would cost it one error object more
    withoutStacks();
    // A body that only the end of the connection delimits is complete if the end was an orderly one; undici
    // takes a reset for one (lib/dispatcher/client-h1.js, onHttpSocketError).
    if (this.#socketError === null) this.#complete(this.#trace.status ?? 0, false);
    else this.onResponseError(null, this.#socketError);
  }

  onResponseError(_: unknown, error: Error): void {
    if (this.#done) return;
    try {
      throwIfOurs(error);
      throwIfUnsendable(error);
      this.#finish(exchangeFailure(error, this.#progress, this.#place));
    } catch (fault) {
      this.#reject(fault);
    }
  }

  #complete(status: number, truncated: boolean): void {
    const bytes = this.#keep ? Buffer.concat(this.#chunks) : EMPTY;
    this.#finish({ status, headers: this.#headers, bytes, length: this.#length, truncated });
  }

  #finish(result: Answer | Failure): void {
    if (!this.#close()) return;
    this.#settle.resolve(result);
  }

  #reject(fault: unknown): void {
    if (!this.#close()) return;
    this.#settle.reject(fault);
  }

  /** Whether this was the first call: whatever comes later is of no interest. */
  #close(): boolean {
    if (this.#done) return false;
    this.#done = true;
    this.#trace.endedAt = noticed(this.#trace);
    this.#chunks = [];
    this.#options.signal.removeEventListener("abort", this.onAbort);
    this.#socket?.destroy();
    return true;
  }
}

/** Both undici timers are off: the signal is the one clock of a try, and it is exact. */
const CLIENT = {
  pipelining: 0,
  allowH2: false,
  headersTimeout: 0,
  bodyTimeout: 0,
  maxHeaderSize: HEADER_LIMIT,
} as const;

/**
 * Sends a request on a new connection and reads the answer. The trace is stamped on the way and ended. Rejects
 * only for a fault of ours; an abort of the signal is the time-out of the step it found the exchange in.
 */
export function exchange(
  request: HttpRequest,
  trace: Trace,
  options: ExchangeOptions,
): Promise<Answer | Failure> {
  const run = new Exchange(trace, options);
  const { signal } = options;
  if (signal.aborted) run.onAbort();
  else {
    signal.addEventListener("abort", run.onAbort, { once: true });
    const { url, method, headers, body } = request;
    const client = new Client(url.origin, { ...CLIENT, connect: run.connect });
    client.dispatch({ path: `${url.pathname}${url.search}`, method, headers, body, reset: true }, run);
  }
  return run.promise;
}
