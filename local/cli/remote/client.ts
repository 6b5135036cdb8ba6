import * as z from "zod";
import { type InputIssue, Unavailable, VigieError } from "../../../lib/core/errors.ts";
import type { Clock } from "../../../lib/core/ports.ts";
import type { Target } from "./target.ts";

export interface Call {
  body?: unknown;
  /** ETag of the version to replace. */
  ifMatch?: string;
  /** How often it may be sent in all; more than once only where a repeat does no harm. */
  tries?: number;
  /** A status of 400 or more that is an answer here all the same. */
  alsoFine?: number;
}

export interface Answered {
  status: number;
  etag: string | null;
  /** Parsed JSON; null where there is none. */
  body: unknown;
}

/** What an installation refused, in its own words. */
export class RemoteProblem extends VigieError {
  readonly status: number;
  readonly issues: readonly InputIssue[];

  constructor(status: number, code: string, message: string, issues: readonly InputIssue[] = []) {
    super(code, message);
    this.status = status;
    this.issues = issues;
  }
}

/** Speaks to one installation. */
export interface Client {
  target: Target;
  /**
   * Answers what was sent back with a status below 400, or the one that is fine too.
   * @throws RemoteProblem for what was refused, Unavailable when it can't be reached
   */
  call(method: string, path: string, call?: Call): Promise<Answered>;
}

export interface ClientDeps {
  target: Target;
  version: string;
  clock: Clock;
  signal: AbortSignal;
}

const TIMEOUT_MS = 35_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;
const TRIES = 5;

const problemSchema = z.object({
  code: z.string().catch("refused"),
  detail: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  issues: z
    .array(z.object({ path: z.string(), expected: z.string(), received: z.string(), message: z.string() }))
    .catch([]),
});

/** Overload and faults in between, which the same request may not meet again. */
const isPassing = (status: number): boolean => [429, 502, 503, 504].includes(status);

export function makeClient(deps: ClientDeps): Client {
  const { target, clock, signal } = deps;
  return {
    target,
    async call(method, path, { tries = TRIES, alsoFine, ...rest } = {}) {
      for (let attempt = 1; ; attempt++) {
        const response = await send(deps, method, path, rest).catch((cause: unknown) =>
          unreachable(deps, cause),
        );
        const failed =
          response instanceof Unavailable || (isPassing(response.status) && response.status !== alsoFine);
        if (!failed || attempt >= tries || signal.aborted) return answerOf(response, target, alsoFine);
        await clock.sleep(pauseBefore(attempt, response), signal);
      }
    },
  };
}

type Sent = Pick<Call, "body" | "ifMatch">;

function send(
  { target, version, signal }: ClientDeps,
  method: string,
  path: string,
  { body, ifMatch }: Sent,
) {
  return fetch(`${target.url}${path}`, {
    method,
    redirect: "error", // a token goes nowhere else
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    headers: {
      accept: "application/json",
      "user-agent": `vigie/${version}`,
      ...(target.token === null ? {} : { authorization: `Bearer ${target.token}` }),
      ...(ifMatch === undefined ? {} : { "if-match": ifMatch }),
      ...(body === undefined ? {} : { "content-type": "application/json", prefer: "return=minimal" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

function unreachable({ target, signal }: ClientDeps, cause: unknown): Unavailable {
  if (signal.aborted) return new Unavailable("Stopped.", { cause });
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const reason = inner instanceof Error ? inner.message || inner.name : String(inner);
  return new Unavailable(`Can't reach ${target.url} (${reason}). Is that the URL, and is it running?`, {
    cause,
  });
}

/** Doubled each time, or as long as the answer asks for; never long enough to look hung. */
function pauseBefore(attempt: number, response: Response | Unavailable): number {
  const asked =
    response instanceof Unavailable ? Number.NaN : Number(response.headers.get("retry-after") ?? "");
  const pause = asked > 0 ? asked * 1_000 : FIRST_PAUSE_MS * 2 ** (attempt - 1);
  return Math.min(pause, LONGEST_PAUSE_MS);
}

async function answerOf(
  response: Response | Unavailable,
  target: Target,
  alsoFine: number | undefined,
): Promise<Answered> {
  if (response instanceof Unavailable) throw response;
  const text = await response.text();
  const body = jsonOf(text);
  if (response.status >= 400 && response.status !== alsoFine) throw problemOf(response.status, body, target);
  if (text !== "" && body === null) throw notVigie(target);
  return { status: response.status, etag: response.headers.get("etag"), body };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // an answer of something that is not ours: said so by whoever wanted JSON
  }
}

function problemOf(status: number, body: unknown, { url, token }: Target): RemoteProblem {
  if (status === 401) {
    const advice = token === null ? "needs an API token" : "does not take this API token (any more)";
    const next = "run `vigie init`, or set VIGIE_URL and VIGIE_TOKEN";
    return new RemoteProblem(status, "unauthorized", `${url} ${advice}: ${next}.`);
  }
  const parsed = problemSchema.safeParse(body);
  if (!parsed.success) return new RemoteProblem(status, "refused", `${url} answered ${status}.`);
  const { code, detail, message = `it answered ${status}`, issues } = parsed.data;
  return new RemoteProblem(status, code, detail ?? message, issues);
}

/** What answers there is something else. */
export const notVigie = ({ url }: Target): VigieError =>
  new VigieError("not_vigie", `What answers at ${url} is no Vigie of this version: check the URL.`);
