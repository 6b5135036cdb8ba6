import { Agent as PlainAgent, request as requestPlain } from "node:http";
import { request as requestSecure, Agent as SecureAgent } from "node:https";
import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import { Unavailable, VigieError } from "../../core/errors.ts";
import type { Clock } from "../../core/ports.ts";

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

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

/** How a try ended: the status, or the code of an error. */
type Answer = { status: number } | { error: string };

const took = (answer: Answer): boolean => "status" in answer && answer.status >= 200 && answer.status < 300;

const mayPass = (answer: Answer): boolean =>
  "error" in answer || answer.status >= 500 || answer.status === 408 || answer.status === 429;

const shown = (answer: Answer): string =>
  "error" in answer ? `no answer (${answer.error})` : `it answered ${answer.status}`;

function codeOf(error: Error): string {
  if (error.name === "AbortError" || error.name === "TimeoutError") return "it took too long";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

/** A connection that was kept may have died while the environment was frozen: another try takes a new one. */
type Connection = "kept" | "new";

type Send = (headers: Record<string, string>, body: string, connection: Connection) => Promise<Answer>;

/** node:https rather than undici: as fast for a few requests a minute, and 300 KB less in a bundle. */
function makeSend(url: URL, tryMs: number): Send {
  const secure = url.protocol === "https:";
  const kept = { keepAlive: true, maxSockets: CONNECTIONS };
  const agent = secure ? new SecureAgent(kept) : new PlainAgent(kept);
  const request = secure ? requestSecure : requestPlain;
  return (headers, body, connection) =>
    new Promise((resolve) => {
      const options = {
        method: "POST",
        headers,
        signal: AbortSignal.timeout(tryMs),
        agent: connection === "kept" ? agent : false,
      };
      const asked = request(url, options, (answer) => {
        answer.on("error", () => asked.destroy()); // the status said all there is to say
        answer.resume();
        resolve({ status: answer.statusCode ?? 0 });
      });
      asked.on("error", (error) => resolve({ error: codeOf(error) }));
      asked.end(body);
    });
}

function makeSign({ url: text, region, credentials, clock }: SignedPostOptions) {
  const url = new URL(text);
  const signer = new SignatureV4({ service: "execute-api", region, credentials, sha256: Sha256 });
  return async (body: string): Promise<Record<string, string>> => {
    const signed = await signer.sign(
      {
        method: "POST",
        protocol: url.protocol,
        hostname: url.hostname,
        path: url.pathname,
        headers: {
          host: url.host,
          "content-type": "application/json",
          "content-length": String(Buffer.byteLength(body)),
        },
        body,
      },
      { signingDate: new Date(clock.now()) },
    );
    return signed.headers;
  };
}

/** Posts to an API that IAM guards (SigV4), on connections that are kept, tried twice. */
export function makeSignedPost(options: SignedPostOptions): SignedPost {
  const sign = makeSign(options);
  const send = makeSend(new URL(options.url), options.tryMs ?? TRY_MS);
  return async (body) => {
    const first = await send(await sign(body), body, "kept");
    if (took(first)) return;
    if (!mayPass(first)) throw refused(first);
    await options.clock.sleep(WAIT_MS);
    const second = await send(await sign(body), body, "new");
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
