import type { Endpoint } from "../endpoint/endpoint.ts";
import { NotFound } from "../errors.ts";
import { BUCKET_MS } from "../history/bucket.ts";
import { type Stats, type StatsSummary, summaryOf } from "../history/stats.ts";
import { addTally, emptyTally, type Tally } from "../history/tally.ts";
import { type StatsWindow, stepOf } from "../history/window.ts";
import { ask, statsFrom, tallyOf } from "./ask.ts";
import { type Gathered, gather, type ReadPorts } from "./gather.ts";
import { type SeriesPoint, seriesOf } from "./series.ts";

const byRegion = <T extends { region: string }>(items: readonly T[]): Map<string, T[]> =>
  Map.groupBy(items, ({ region }) => region);

function talliesOf({ records, buckets }: Gathered, targetMs: number): [region: string, tally: Tally][] {
  const recordsOf = byRegion(records);
  const bucketsOf = byRegion(buckets);
  const regions = [...new Set([...recordsOf.keys(), ...bucketsOf.keys()])].sort();
  return regions.map((region) => [
    region,
    tallyOf({ records: recordsOf.get(region) ?? [], buckets: bucketsOf.get(region) ?? [] }, targetMs),
  ]);
}

async function endpointOf(ports: ReadPorts, org: string, endpointId: string): Promise<Endpoint> {
  const stored = await ports.endpoints.get(org, endpointId);
  if (stored === null) throw new NotFound(`no endpoint ${endpointId}: list the endpoints to see their ids`);
  return stored.endpoint;
}

/**
 * Statistics of one endpoint over the window that ends at `now` (epoch ms), all regions together and each apart.
 * NotFound when the organization has no such endpoint.
 */
export async function statsOf(
  ports: ReadPorts,
  org: string,
  endpointId: string,
  window: StatsWindow,
  now: number,
): Promise<Stats> {
  const { apdexTargetMs } = await endpointOf(ports, org, endpointId);
  const asked = await ask(ports, { org, endpointId }, window, now);
  const tallies = talliesOf(await gather(ports, org, endpointId, asked.plan), apdexTargetMs);
  const all = emptyTally();
  for (const [, tally] of tallies) addTally(all, tally);
  const perRegion = tallies.map(([region, tally]): [string, StatsSummary] => [
    region,
    summaryOf(tally, apdexTargetMs),
  ]);
  return { ...statsFrom(asked, all, apdexTargetMs), perRegion: Object.fromEntries(perRegion) };
}

/**
 * Points of one endpoint's sparkline over the window that ends at `now`, all regions together; at most 169.
 * NotFound when the organization has no such endpoint.
 */
export async function series(
  ports: ReadPorts,
  org: string,
  endpointId: string,
  window: StatsWindow,
  now: number,
): Promise<SeriesPoint[]> {
  await endpointOf(ports, org, endpointId);
  const { bounds, plan } = await ask(ports, { org, endpointId }, window, now);
  const stepMs = stepOf(window);
  const fine = stepMs < BUCKET_MS.day ? { ...plan, days: null } : plan;
  return seriesOf(await gather(ports, org, endpointId, fine), bounds, stepMs);
}
