import { roundsOf } from "../../lib/core/check/schedule.ts";
import { waitUntil } from "../../lib/core/check/slot.ts";
import type { Endpoint } from "../../lib/core/endpoint/endpoint.ts";
import type { Clock } from "../../lib/core/ports.ts";
import type { RoundSummary } from "./round.ts";
import { nothing, sum, type TickSummary } from "./summary.ts";

export interface RoundsDeps {
  clock: Clock;
  /**
   * Where invocations begin anywhere within their minute (AWS), rounds keep their distance from the invocation's begin
   * instead of the clock's time. Default `clock`.
   */
  roundsFollow?: "clock" | "arrival";
}

type Run = (scheduledAt: number, endpoints: readonly Endpoint[]) => Promise<RoundSummary>;

const MINUTE_MS = 60_000;
const ROUND_TOLERANCE_MS = 5_000;

/** All rounds of a minute. Each starts at its own time, whether or not the one before has ended. */
export async function runRounds(
  { clock, roundsFollow = "clock" }: RoundsDeps,
  scheduledAt: number,
  endpoints: readonly Endpoint[],
  run: Run,
  stop: AbortSignal | undefined,
): Promise<TickSummary> {
  const rounds = endpoints.flatMap((endpoint) =>
    roundsOf(endpoint.intervalMs, scheduledAt).map((at) => ({ at, endpoint })),
  );
  const byTime = [...Map.groupBy(rounds, ({ at }) => at)].sort(([a], [b]) => a - b);
  const late = Math.min(Math.max(0, clock.now() - scheduledAt), MINUTE_MS);
  const shift = roundsFollow === "arrival" ? late : 0;
  const running: Promise<RoundSummary>[] = [];
  let missed = 0;
  for (const [at, group] of byTime) {
    const arrival = await waitUntil(clock, at + shift, ROUND_TOLERANCE_MS, stop);
    if (arrival === "stopped") break;
    if (arrival === "missed") missed++;
    else
      running.push(
        run(
          at,
          group.map(({ endpoint }) => endpoint),
        ),
      );
  }
  return { ...nothing, ...sum(await Promise.all(running)), missed };
}
