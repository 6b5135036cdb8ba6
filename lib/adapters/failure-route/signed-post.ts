import { Unavailable, VigieError } from "../../core/errors.ts";
import type { Clock } from "../../core/ports.ts";
import {
  type Answer,
  type Credentials,
  makeSignedRequest,
  mayPass,
  shown,
  took,
} from "../aws/signed-request.ts";

export interface SignedPostOptions {
  /** `https://<api id>.execute-api.<region>.amazonaws.com/internal/failures`. */
  url: string;
  /** Of the API. */
  region: string;
  credentials(): Promise<Credentials>;
  clock: Clock;
  /** How long one try may take (default 2,500). */
  tryMs?: number;
}

/**
 * Sends a JSON text and resolves once it is durable in home's queue.
 * @throws Unavailable when home did not answer, or said "not now"
 * @throws VigieError `home_refused` when it may not be sent at all
 */
export type SignedPost = (body: string) => Promise<void>;

const TRY_MS = 2_500;
const WAIT_MS = 200;
/** Failures of one moment come in several posts. */
const CONNECTIONS = 8;

/** Posts to an API that IAM guards, on connections that are kept, tried twice. */
export function makeSignedPost({ tryMs = TRY_MS, ...options }: SignedPostOptions): SignedPost {
  const request = makeSignedRequest({ ...options, tryMs, service: "execute-api", connections: CONNECTIONS });
  return async (body) => {
    const first = await request(body, "kept");
    if (took(first)) return;
    if (!mayPass(first)) throw refused(first);
    await options.clock.sleep(WAIT_MS);
    const second = await request(body, "new");
    if (took(second)) return;
    if (!mayPass(second)) throw refused(second);
    throw new Unavailable(`Home took no failures: ${shown(second)}.`);
  };
}

const refused = (answer: Answer): VigieError =>
  new VigieError(
    "home_refused",
    `Home refuses failures: ${shown(answer)}. 403: this function's role may not call the API, or its clock is wrong; deploy home and this region again.`,
  );
