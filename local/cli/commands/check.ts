import type { Checker } from "../../../lib/core/check/checker.ts";
import type { Measurement } from "../../../lib/core/check/measurement.ts";
import { parseDuration } from "../../../lib/core/endpoint/duration.ts";
import type { Endpoint } from "../../../lib/core/endpoint/endpoint.ts";
import { parseEndpoint } from "../../../lib/core/endpoint/schema.ts";
import { resolveSecrets } from "../../../lib/core/endpoint/secrets.ts";
import { printableUrl } from "../../../lib/core/endpoint/target.ts";
import { InvalidInput } from "../../../lib/core/errors.ts";
import { makeChecker, type ProbeChecker } from "../../../lib/probe/checker.ts";
import { makeEgressGuard } from "../../../lib/probe/egress/egress.ts";
import { makeResolver } from "../../../lib/probe/lookup/resolver.ts";
import { systemClock } from "../../clock.ts";
import { LOCAL_ORG } from "../../settings.ts";
import { UsageError } from "../errors.ts";
import { type CliIo, exitCodes, type Paint, painterFor } from "../io.ts";
import type { CheckFlags } from "../program.ts";
import { checkJson } from "../render/check-json.ts";
import { waterfall } from "../render/waterfall.ts";
import { withScheme } from "./start.ts";

interface Target {
  /** As it is printed: without user name, password and secrets. */
  url: string;
  endpoint: Endpoint;
}

/** `vigie check`: every URL at once, as often as asked; answers 1 when any check of any of them failed. */
export async function check(urls: string[], flags: CheckFlags, version: string, io: CliIo): Promise<number> {
  const targets = urls.map((url) => targetOf(withScheme(url), flags, io.env));
  const everyMs = pauseOf(flags.every);
  const checker = checkerFor(flags, version);
  const print = printerFor(flags, io);
  let failed = false;
  try {
    await checker.warmUp();
    for (let round = 0; round < flags.count && !io.signal.aborted; round++) {
      if (round > 0) await systemClock.sleep(everyMs, io.signal);
      if (!io.signal.aborted)
        failed = (await checkAll(checker.forTick(), targets, print, io.signal)) || failed;
    }
  } catch (error) {
    if (!io.signal.aborted) throw error; // otherwise it says that what was in flight was given up
  } finally {
    checker.close();
  }
  return failed ? exitCodes.failed : exitCodes.ok;
}

const checkerFor = (flags: CheckFlags, version: string): ProbeChecker =>
  makeChecker({
    resolver: makeResolver({ resolver: flags.resolver, clock: systemClock }),
    guard: makeEgressGuard(flags.public ? "public" : "any"),
    userAgent: `Vigie/${version}`,
    clock: systemClock,
  });

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
function targetOf(url: string, flags: CheckFlags, env: CliIo["env"]): Target {
  const { timeout, family, method, redirects, status, header } = flags;
  const input = {
    id: "check",
    url,
    ...(header === undefined ? {} : { headers: header }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(family === undefined ? {} : { family }),
    ...(method === undefined ? {} : { method }),
    ...(redirects === undefined ? {} : { redirects }),
    ...(status === undefined ? {} : { expect: { status } }),
    ...(flags.insecure ? { tls: { verify: false } } : {}),
  };
  try {
    const endpoint = parseEndpoint(input, { org: LOCAL_ORG });
    return { url: endpoint.url, endpoint: resolveSecrets(endpoint, (name) => env[name]) };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const reasons = error.issues.map(({ path, message }) =>
      path === "url" ? message : `${path}: ${message}`,
    );
    throw new UsageError(`${printableUrl(url)}: ${reasons.join("; ")}`, { cause: error });
  }
}

function pauseOf(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) throw new UsageError(`--every takes a duration such as 500ms, 5s or 1m, not "${text}".`);
  return ms;
}
