import { policyOf } from "../../lib/core/alert/policy.ts";
import { retryPlanOf } from "../../lib/core/check/retry.ts";
import { endpointWith, MINUTE, SECOND, START } from "../lib/core/alert/play.ts";
import { seeded } from "../support/random.ts";
import { simulate, type Try, type World } from "../support/simulate.ts";
import { type BenchResult, type BenchRow, quantile } from "./bench.ts";

const DAY = 24 * 60 * MINUTE;
const DAYS = 60;
const OUTAGE_MS = 5 * MINUTE;
const OUTAGE_EVERY_MS = 100 * MINUTE; // long enough apart that flapping never silences one
const SEED = 20_261_120;
/** So rare a thing needs more than 60 days to be counted: about two in one run. */
const BAD_NODE_RUNS = 10;

const evaluators = ["tick", "failures"] as const;
const regionSets = [["r1"], ["r1", "r2", "r3"]] as const;

function worldOf(
  regions: readonly string[],
  evaluator: World["evaluator"],
  tryAt: World["tryAt"],
  seed = SEED,
): World {
  const endpoint = endpointWith();
  return {
    policy: policyOf(endpoint, regions),
    plan: retryPlanOf(endpoint),
    start: START,
    lengthMs: DAYS * DAY,
    random: seeded(seed),
    missing: 0.02,
    jitterMs: MINUTE,
    postMs: 20 * SECOND,
    tryAt,
    evaluator,
  };
}

/** One bad node in five behind a load balancer: each try fails with 0.2, at once. */
const badNode: World["tryAt"] = (_, random): Try => (random() < 0.2 ? "fast" : "ok");

/** Starts of the outages: one in every span, anywhere in its first half. */
function outageStarts(): number[] {
  const random = seeded(SEED + 1);
  const count = Math.floor((DAYS * DAY) / OUTAGE_EVERY_MS) - 1;
  return Array.from({ length: count }, (_, i) => START + (i + random() / 2) * OUTAGE_EVERY_MS + 20 * MINUTE);
}

const failingDuring =
  (starts: readonly number[], how: Try): World["tryAt"] =>
  (at) => {
    const span = Math.floor((at - START - 20 * MINUTE) / OUTAGE_EVERY_MS);
    return [span, span - 1].some((i) => {
      const start = starts[i];
      return start !== undefined && at >= start && at < start + OUTAGE_MS;
    })
      ? how
      : "ok";
  };

interface Told {
  announced: number;
  detection: number[];
  recovery: number[];
}

/** Seconds from each outage's start to its down message, and from its end to its up message. */
function tell(world: World, starts: readonly number[]): Told {
  const { messages } = simulate(world);
  const told: Told = { announced: 0, detection: [], recovery: [] };
  for (const start of starts) {
    const own = messages.filter(({ at }) => at >= start && at < start + OUTAGE_EVERY_MS / 2);
    const down = own.find(({ kind }) => kind === "down");
    const up = own.find(({ kind }) => kind === "up");
    if (down === undefined) continue;
    told.announced++;
    told.detection.push((down.at - start) / SECOND);
    if (up !== undefined) told.recovery.push((up.at - start - OUTAGE_MS) / SECOND);
  }
  return told;
}

const round = (value: number): number => Math.round(value * 100) / 100;

const row = (what: string, value: number, unit: string, limit?: number): BenchRow => ({
  what,
  value: round(value),
  unit,
  ...(limit === undefined ? {} : { limit }),
});

function badNodeRows(name: string, regions: readonly string[], evaluator: World["evaluator"]): BenchRow[] {
  const downs = Array.from({ length: BAD_NODE_RUNS }, (_, run) => {
    const { messages } = simulate(worldOf(regions, evaluator, badNode, SEED + run));
    return messages.filter(({ kind }) => kind === "down").length;
  });
  const aDay = downs.reduce((a, b) => a + b, 0) / (BAD_NODE_RUNS * DAYS);
  return [row(`${name}: one bad node in five, downs a day`, aDay, "a day", 0.05)];
}

function outageRows(name: string, regions: readonly string[], evaluator: World["evaluator"]): BenchRow[] {
  const starts = outageStarts();
  const rows = (["fast", "timeout"] as const).map((how) => {
    const told = tell(worldOf(regions, evaluator, failingDuring(starts, how)), starts);
    const detectionLimit = regions.length > 1 ? { fast: 110, timeout: 135 } : { fast: 205, timeout: 230 };
    return [
      row(
        `${name}: 5 min outages (${how}) not announced, of ${starts.length}`,
        starts.length - told.announced,
        "",
        0,
      ),
      row(`${name}: detection (${how}) p50`, quantile(told.detection, 0.5), "s"),
      row(`${name}: detection (${how}) p99`, quantile(told.detection, 0.99), "s", detectionLimit[how]),
      row(`${name}: recovery announced (${how}) p50`, quantile(told.recovery, 0.5), "s"),
      row(`${name}: recovery announced (${how}) p99`, quantile(told.recovery, 0.99), "s"),
    ];
  });
  return rows.flat();
}

export const title = "the alert rule over 60 simulated days: false alarms, detection, recovery";

/** Both evaluators, one region and three; seeded, so that every run gives the same figures. */
export async function run(): Promise<BenchResult> {
  const rows = regionSets.flatMap((regions) =>
    evaluators.flatMap((evaluator) => {
      const name = `${regions.length} region${regions.length > 1 ? "s" : ""}, judged ${evaluator === "tick" ? "at every tick" : "on failures"}`;
      return [...badNodeRows(name, regions, evaluator), ...outageRows(name, regions, evaluator)];
    }),
  );
  return { rows };
}
