import { type Failure, failure, type Outcome } from "../../core/check/outcome.ts";
import type { Endpoint } from "../../core/endpoint/endpoint.ts";
import { locate } from "../locate.ts";
import { measurementOf, totalOf } from "../measure.ts";
import type { ProtocolCheck, TryDeps } from "../protocol.ts";
import { noticed, type Trace, traceOf } from "../trace.ts";
import { decode } from "./decode.ts";
import { type Answer, BODY_LIMIT, exchange, timeoutFailure } from "./exchange.ts";
import { type HttpRequest, isRedirect, keyOf, redirected } from "./redirect.ts";
import { firstRequest } from "./request.ts";
import { judgeAnswer, needsBody } from "./verdict.ts";

const DEFAULT_PORTS: Readonly<Record<string, number>> = { "http:": 80, "https:": 443 };

const portOf = (url: URL): number =>
  url.port === "" ? (DEFAULT_PORTS[url.protocol] ?? 0) : Number(url.port);

/** One try on its way: what its hops found so far. */
interface Walk {
  readonly endpoint: Endpoint;
  readonly deps: TryDeps;
  readonly hops: Trace[];
  retried: boolean;
  isPublic: boolean;
}

/** One hop: looks up, connects, asks. Whatever happens, its trace is ended when this returns. */
async function hop(walk: Walk, request: HttpRequest): Promise<Answer | Failure> {
  const { endpoint, deps } = walk;
  const { url } = request;
  const secure = url.protocol === "https:";
  const trace = traceOf(`${url.origin}${url.pathname}${url.search}`, secure, deps.loop);
  walk.hops.push(trace);
  const place = await locate(url.hostname, trace, deps);
  walk.retried ||= place.retried;
  walk.isPublic = place.isPublic;
  if ("type" in place.remote) {
    trace.endedAt = noticed(trace);
    return place.remote;
  }
  const tls = secure
    ? { host: url.hostname, verify: endpoint.tls.verify, trust: deps.trust, now: deps.now }
    : null;
  return exchange(request, trace, {
    target: { remote: place.remote, port: portOf(url), tls },
    follow: endpoint.redirects > 0,
    keepBody: needsBody(endpoint.expect),
    signal: deps.signal,
  });
}

/** Follows redirects to the answer that counts. */
async function walkTo(walk: Walk, first: HttpRequest): Promise<Answer | Failure> {
  const limit = walk.endpoint.redirects;
  const seen = new Set<string>();
  let request = first;
  for (;;) {
    seen.add(keyOf(request));
    const answer = await hop(walk, request);
    if ("type" in answer || limit === 0 || !isRedirect(answer.status)) return answer;
    const next = redirected(request, answer.status, answer.headers["location"]);
    if ("type" in next) return next;
    if (seen.has(keyOf(next)))
      return failure("http.response.redirect_loop", `redirected in a circle to ${next.url}`);
    if (seen.size > limit) return failure("http.response.redirect_loop", `more than ${limit} redirects`);
    request = next;
  }
}

interface Judged {
  outcome: Outcome;
  bytes: number;
}

/** Decodes and judges the answer. Decoding is part of the try: it may run into the time-out as well. */
async function judged(walk: Walk, answer: Answer): Promise<Judged> {
  const { endpoint, deps, hops } = walk;
  const facts = { totalMs: totalOf(hops), tlsFacts: hops.at(-1)?.tls ?? null };
  const coding = answer.headers["content-encoding"];
  if (coding === undefined)
    return { outcome: judgeAnswer(endpoint, answer, answer, facts), bytes: answer.length };
  try {
    const body = await decode(answer, coding, BODY_LIMIT, deps.signal);
    if ("type" in body) return { outcome: body, bytes: answer.length };
    return { outcome: judgeAnswer(endpoint, answer, body, facts), bytes: body.bytes.length };
  } catch (error) {
    const last = hops.at(-1);
    if (!deps.signal.aborted || last === undefined) throw error;
    last.endedAt = noticed(last);
    return { outcome: timeoutFailure(last, "decoding"), bytes: answer.length };
  }
}

/** Checks an HTTP or HTTPS endpoint: every hop on a new connection, the last answer judged. */
export const checkHttp: ProtocolCheck = async (endpoint, deps) => {
  const walk: Walk = { endpoint, deps, hops: [], retried: false, isPublic: true };
  const startedAt = deps.now();
  const answer = await walkTo(walk, firstRequest(endpoint, deps.userAgent));
  const { outcome, bytes } = "type" in answer ? { outcome: answer, bytes: 0 } : await judged(walk, answer);
  return measurementOf({
    outcome,
    startedAt,
    endedAt: deps.now(),
    hops: walk.hops,
    bytes,
    retried: walk.retried,
    publicTarget: walk.isPublic,
  });
};
