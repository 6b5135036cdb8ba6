import type { Transform } from "node:stream";
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from "node:zlib";
import { type Failure, failure } from "../../core/check/outcome.ts";

/** A body in its plain form. `truncated`: there was more than the limit allows. */
export interface Body {
  bytes: Buffer;
  truncated: boolean;
}

/** Every coding that a request offers. */
export const ACCEPT_ENCODING = "gzip, deflate, br, zstd";

/** Nobody stacks more than two; a hostile server may, to make us work. */
const CODINGS_LIMIT = 3;
/** 8 MB, what RFC 9659 grants a browser: a frame may otherwise ask for 2 GB of memory. */
const ZSTD_WINDOW_LOG = 23;

/** Input that ends within a frame is taken as far as it goes, as browsers do. */
const lenient = { finishFlush: constants.Z_SYNC_FLUSH };

const decoders: Readonly<Record<string, (input: Buffer) => Transform>> = {
  gzip: () => createGunzip(lenient),
  "x-gzip": () => createGunzip(lenient),
  // The standard means zlib's format; servers that send the bare stream are old and alive. Its first byte tells.
  deflate: (input) => ((input[0] ?? 0) % 16 === 8 ? createInflate(lenient) : createInflateRaw(lenient)),
  br: () => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH }),
  zstd: () =>
    createZstdDecompress({
      finishFlush: constants.ZSTD_e_flush,
      params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG },
    }),
};

/** Runs a decoder until its end, the limit or the signal; rejects with the decoder's error. */
function run(decoder: Transform, input: Buffer, limit: number, signal: AbortSignal): Promise<Body> {
  const chunks: Buffer[] = [];
  let length = 0;
  const { promise, resolve, reject } = Promise.withResolvers<Body>();
  const finish = (truncated: boolean): void => {
    resolve({ bytes: Buffer.concat(chunks, Math.min(length, limit)), truncated });
  };
  decoder.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length <= limit) return;
    finish(true);
    decoder.destroy();
  });
  decoder.on("end", () => finish(false));
  decoder.on("error", reject);
  const stop = (): void => {
    reject(signal.reason);
    decoder.destroy();
  };
  signal.addEventListener("abort", stop, { once: true });
  decoder.end(input);
  return promise.finally(() => signal.removeEventListener("abort", stop));
}

const codingsOf = (header: string | undefined): string[] =>
  (header ?? "")
    .toLowerCase()
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "identity");

/**
 * Undoes the content codings of a body, each step bounded by `limit` bytes. A coding nobody offered leaves the
 * body as it is. Answers with a failure when the bytes are not what the header says; rejects when the signal aborts.
 */
export async function decode(
  body: Body,
  contentEncoding: string | undefined,
  limit: number,
  signal: AbortSignal,
): Promise<Body | Failure> {
  const codings = codingsOf(contentEncoding);
  if (codings.length > CODINGS_LIMIT)
    return failure("http.response.invalid", `the body has ${codings.length} content codings`);
  let current = body;
  for (const coding of codings.toReversed()) {
    const decoder = decoders[coding];
    if (decoder === undefined || current.bytes.length === 0) return current;
    try {
      const next = await run(decoder(current.bytes), current.bytes, limit, signal);
      current = { bytes: next.bytes, truncated: next.truncated || current.truncated };
    } catch (error) {
      if (signal.aborted) throw error;
      return failure("http.response.invalid", `the body is not the ${coding} that its header says`);
    }
  }
  return current;
}
