import type { Endpoint } from "../endpoint/endpoint.ts";
import type { Stats } from "../history/stats.ts";
import { listStepOf, type StatsWindow } from "../history/window.ts";
import { type Asked, ask, statsFrom, tallyOf } from "./ask.ts";
import { type GatheredEndpoint, gatherAll, type ReadPorts } from "./gather.ts";
import { type SeriesPoint, seriesOf } from "./series.ts";

/** One line of a list. */
export interface Overview {
  endpoint: Endpoint;
  stats: Stats;
  series: SeriesPoint[];
}

interface GatheredList {
  asked: Asked;
  list: GatheredEndpoint[];
}

async function gatherList(
  ports: ReadPorts,
  org: string,
  window: StatsWindow,
  now: number,
): Promise<GatheredList> {
  const endpoints = (await ports.endpoints.list(org)).map(({ endpoint }) => endpoint);
  const asked = await ask(ports, { org }, window, now);
  return { asked, list: await gatherAll(ports, org, endpoints, asked.plan) };
}

function statsOfGathered(asked: Asked, one: GatheredEndpoint): Stats {
  const { apdexTargetMs } = one.endpoint;
  return statsFrom(asked, tallyOf(one, apdexTargetMs), apdexTargetMs);
}

/** Endpoints counted without a pause. */
const COUNTED_WITHOUT_PAUSE = 25;

async function mapInTurns<T>(
  { pause }: ReadPorts,
  list: readonly GatheredEndpoint[],
  count: (one: GatheredEndpoint) => T,
): Promise<T[]> {
  const counted: T[] = [];
  for (const [i, one] of list.entries()) {
    if (i % COUNTED_WITHOUT_PAUSE === COUNTED_WITHOUT_PAUSE - 1) await pause?.();
    counted.push(count(one));
  }
  return counted;
}

/**
 * Statistics of every endpoint of an organization (paused ones too), by id, over the window that ends at `now`
 * (epoch ms): one pass over the ticks.
 */
export async function listStats(
  ports: ReadPorts,
  org: string,
  window: StatsWindow,
  now: number,
): Promise<Map<string, Stats>> {
  const { asked, list } = await gatherList(ports, org, window, now);
  return new Map(
    await mapInTurns(ports, list, (one) => [one.endpoint.id, statsOfGathered(asked, one)] as const),
  );
}

/** As `listStats`, with each endpoint and its sparkline (a week and more in days): what a list on a screen shows, ordered by id. */
export async function listOverview(
  ports: ReadPorts,
  org: string,
  window: StatsWindow,
  now: number,
): Promise<Overview[]> {
  const { asked, list } = await gatherList(ports, org, window, now);
  return mapInTurns(ports, list, (one) => ({
    endpoint: one.endpoint,
    stats: statsOfGathered(asked, one),
    series: seriesOf(one, asked.bounds, listStepOf(window)),
  }));
}
