import { setImmediate as turn } from "node:timers/promises";
import { type VerdictView, verdictsOf } from "../../functions/api/verdicts.ts";
import type { StorePorts } from "../../lib/adapters/sqlite/index.ts";
import type { CheckRecord } from "../../lib/core/check/record.ts";
import { type Endpoint, titleOf } from "../../lib/core/endpoint/endpoint.ts";
import type { Clock } from "../../lib/core/ports.ts";
import { listOverview } from "../../lib/core/read/read.ts";
import { LOCAL_ORG } from "../settings.ts";
import { clean } from "./clean.ts";
import type { DashboardSource, EndpointFacts, VerdictNow } from "./source.ts";
import type { StatusBoard } from "./status-board.ts";

export interface LocalSourceDeps {
  stores: StorePorts;
  clock: Clock;
  /** The regions in force. */
  regions(): readonly string[];
  board: StatusBoard;
}

const CHECKS_SHOWN = 60;
const INCIDENTS_SHOWN = 50;
/** Ticks are kept so long at the least. */
const LOOK_BACK_MS = 24 * 3_600_000;
const HOUR_MS = 3_600_000;

const nothing: VerdictNow = { verdict: "unknown", since: null, failing: [] };

function verdictNow(view: VerdictView | undefined): VerdictNow {
  if (view === undefined) return nothing;
  return {
    verdict: view.verdict,
    since: view.since === null ? null : Date.parse(view.since),
    failing: view.failing.map(({ region, since }) => ({ region, since: Date.parse(since) })),
  };
}

const factsOf = (endpoint: Endpoint): EndpointFacts => ({
  id: endpoint.id,
  title: clean(titleOf(endpoint)),
  group: clean(endpoint.group ?? ""),
  url: clean(endpoint.url),
  tags: Object.fromEntries(Object.entries(endpoint.tags).map(([name, value]) => [clean(name), clean(value)])),
  intervalMs: endpoint.intervalMs,
});

/** How far back the checks shown lie; an hour at least, a day at most. */
const reachOf = (intervalMs: number): number =>
  Math.min(LOOK_BACK_MS, Math.max(HOUR_MS, intervalMs * CHECKS_SHOWN));

const latestFirst = (records: readonly CheckRecord[]): CheckRecord[] =>
  records.slice(-CHECKS_SHOWN).reverse();

/** The dashboard's source over the stores of this very process. Reading pauses often: the same process measures. */
export function makeLocalSource({ stores, clock, regions, board }: LocalSourceDeps): DashboardSource {
  const ports = { ...stores, pause: () => turn() };
  const verdictDeps = () => ({ ...stores, clock, regions: regions() });

  async function verdicts(endpoints: readonly Endpoint[]): Promise<Map<string, VerdictNow>> {
    const views = await verdictsOf(verdictDeps(), LOCAL_ORG, endpoints);
    return new Map(endpoints.map(({ id }) => [id, verdictNow(views.get(id))]));
  }

  return {
    async overview(window) {
      const overviews = await listOverview(ports, LOCAL_ORG, window, clock.now());
      const views = await verdicts(overviews.map(({ endpoint }) => endpoint));
      return overviews.map(({ endpoint, stats, series }) => ({
        ...factsOf(endpoint),
        now: views.get(endpoint.id) ?? nothing,
        stats,
        series,
      }));
    },

    async verdicts(ids) {
      const asked = new Set(ids);
      for await (const page of stores.alerts.troubled())
        for (const { org, endpointId } of page) if (org === LOCAL_ORG) asked.add(endpointId);
      const stored = await stores.endpoints.getMany(LOCAL_ORG, [...asked]);
      return verdicts([...stored.values()].map(({ endpoint }) => endpoint));
    },

    async messages(limit) {
      const messages = await stores.incidents.messages(LOCAL_ORG, limit);
      return messages.map(({ kind, title, sentAt, deliveries, endpointId }) => ({
        kind,
        title: clean(title),
        sentAt,
        deliveries,
        endpointId,
      }));
    },

    async detail(id) {
      const stored = await stores.endpoints.get(LOCAL_ORG, id);
      if (stored === null) return null;
      const now = clock.now();
      const since = now - reachOf(stored.endpoint.intervalMs);
      const records = await stores.ticks.records(LOCAL_ORG, id, since, now);
      const incidents = await stores.incidents.list({
        org: LOCAL_ORG,
        endpointId: id,
        limit: INCIDENTS_SHOWN,
      });
      return { id, checks: latestFirst(records), incidents };
    },

    status: board.status,
    subscribe: board.subscribe,
  };
}
