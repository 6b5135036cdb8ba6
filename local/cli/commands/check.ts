import type { Checker } from "../../../lib/core/check/checker.ts";
import type { Measurement } from "../../../lib/core/check/measurement.ts";
import { parseDuration } from "../../../lib/core/endpoint/duration.ts";
import type { Endpoint } from "../../../lib/core/endpoint/endpoint.ts";
import { parseEndpoint } from "../../../lib/core/endpoint/schema.ts";
import { InvalidInput } from "../../../lib/core/errors.ts";
import { makeChecker } from "../../../lib/probe/checker.ts";
import { systemClock } from "../../clock.ts";
import { LOCAL_ORG } from "../../settings.ts";
import { UsageError } from "../errors.ts";
import { type CliIo, exitCodes, type Paint, painterFor } from "../io.ts";
import type { CheckFlags } from "../program.ts";
import { checkJson } from "../render/check-json.ts";
import { waterfall } from "../render/waterfall.ts";
import { withScheme } from "./start.ts";

interface Target {
  /** As it is printed: without user name and password. */
  url: string;
  endpoint: Endpoint;
}

/** `vigie check`: every URL at once, as often as asked; answers 1 when any check of any of them failed. */
export async function check(urls: string[], flags: CheckFlags, io: CliIo): Promise<number> {
  const targets = urls.map((url) => targetOf(withScheme(url), flags));
  const everyMs = pauseOf(flags.every);
  const checker = makeChecker({ resolver: flags.resolver, egress: flags.public ? "public" : "any" });
  const print = printerFor(flags, io);
  let failed = false;
  try {
    for (let round = 0; round < flags.count && !io.signal.aborted; round++) {
      if (round > 0) await systemClock.sleep(everyMs, io.signal);
      if (!io.signal.aborted) failed = (await checkAll(checker, targets, print, io.signal)) || failed;
    }
  } finally {
    await checker.close();
  }
  return failed ? exitCodes.failed : exitCodes.ok;
}

type Print = (target: Target, measurement: Measurement) => void;

/** Checks every target at once and prints in the order given; answers whether any failed. */
async function checkAll(
  checker: Checker,
  targets: readonly Target[],
  print: Print,
  signal: AbortSignal,
): Promise<boolean> {
  const running = targets.map(async (target) => ({
    target,
    measurement: await checker.check(target.endpoint, { retry: false, signal }),
  }));
  for (const one of running) one.catch(() => undefined); // awaited in order below: a later rejection must not go unhandled
  let failed = false;
  for (const one of running) {
    const { target, measurement } = await one;
    if (signal.aborted) break;
    failed ||= measurement.outcome !== "ok";
    print(target, measurement);
  }
  return failed;
}

function printerFor(flags: CheckFlags, io: CliIo): Print {
  if (flags.json)
    return ({ url }, measurement) => io.stdout.write(`${JSON.stringify(checkJson(url, measurement))}\n`);
  const paint: Paint = painterFor(io.stdout, io.env);
  return ({ url }, measurement) => io.stdout.write(`${waterfall(url, measurement, paint).join("\n")}\n\n`);
}

/** The endpoint that URL and flags describe, by the very rules of a configuration. */
function targetOf(url: string, flags: CheckFlags): Target {
  const { timeout, family, method, redirects, status } = flags;
  const input = {
    id: "check",
    url,
    headers: flags.header,
    ...(timeout === undefined ? {} : { timeout }),
    ...(family === undefined ? {} : { family }),
    ...(method === undefined ? {} : { method }),
    ...(redirects === undefined ? {} : { redirects }),
    ...(status === undefined ? {} : { expect: { status } }),
    ...(flags.insecure ? { tls: { verify: false } } : {}),
  };
  try {
    return { url: withoutUserInfo(url), endpoint: parseEndpoint(input, { org: LOCAL_ORG }) };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const reasons = error.issues.map(({ path, message }) =>
      path === "url" ? message : `${path}: ${message}`,
    );
    throw new UsageError(`${withoutUserInfo(url)}: ${reasons.join("; ")}`, { cause: error });
  }
}

/** What is printed may end up in a log: credentials don't. */
const withoutUserInfo = (url: string): string => url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, "$1");

function pauseOf(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) throw new UsageError(`--every takes a duration such as 500ms, 5s or 1m, not "${text}".`);
  return ms;
}
