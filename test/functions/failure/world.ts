import { randomUUID } from "node:crypto";
import { makeHandle as makeFailure } from "../../../functions/failure/handle.ts";
import { makeQueueHandle, type QueueDeps } from "../../../functions/failure/queue.ts";
import { makeHandle as makeWatchdog, type WatchdogDeps } from "../../../functions/watchdog/handle.ts";
import { openSqlite, type SqliteStores } from "../../../lib/adapters/sqlite/open.ts";
import type { RegionOutcome } from "../../../lib/core/alert/state.ts";
import type { CheckRecord } from "../../../lib/core/check/record.ts";
import type { Endpoint } from "../../../lib/core/endpoint/endpoint.ts";
import type { Delivery } from "../../../lib/core/incident/incident.ts";
import type {
  AlertStore,
  EndpointStore,
  FailurePost,
  IncidentLog,
  Message,
  Notifier,
  TickLog,
} from "../../../lib/core/ports.ts";
import { MINUTE, outcomeAt, SECOND, START } from "../../lib/core/alert/play.ts";

/** What one process runs. */
export interface Functions {
  failure: (posts: readonly FailurePost[]) => Promise<void>;
  watchdog: () => Promise<{ pending: boolean }>;
  /** The failure function on its queue, given texts of messages; answers with the places of those that come back. */
  queue: (...messages: string[]) => Promise<number[]>;
}

/** What the functions need of a store. */
export interface HomeStores {
  endpoints: Pick<EndpointStore, "getMany">;
  ticks: Pick<TickLog, "outcomes" | "append">;
  alerts: AlertStore;
  incidents: IncidentLog;
}

export interface World<Stores extends HomeStores = SqliteStores> extends Functions {
  stores: Stores;
  sent: Message[];
  faults: unknown[];
  clock: { now: () => number; set: (at: number) => void };
  /** What the next sends do instead of succeeding, in order. */
  sabotage: (() => Promise<Delivery[]> | Delivery[])[];
  /** Another process on the same stores. */
  another: (replaced?: Partial<WatchdogDeps & QueueDeps>) => Functions;
}

/** Stores in memory, a fixed clock, a notifier that notes what it is given. */
export async function worldOf(
  endpoints: readonly Endpoint[],
  regions: readonly string[] = ["paris"],
): Promise<World> {
  const stores = openSqlite(":memory:");
  await stores.endpoints.replaceAll("file", endpoints);
  return worldOn(stores, regions);
}

/** The same on any stores. */
export function worldOn<Stores extends HomeStores>(
  stores: Stores,
  regions: readonly string[],
): World<Stores> {
  let at = START;
  const clock = {
    now: () => at,
    set: (next: number) => {
      at = next;
    },
  };
  const sent: Message[] = [];
  const faults: unknown[] = [];
  const sabotage: World<Stores>["sabotage"] = [];
  const notifier: Notifier = {
    send: async (message) => {
      const instead = sabotage.shift();
      if (instead !== undefined) return instead();
      sent.push(message);
      return [{ channel: "test", ok: true, at }];
    },
  };
  const another: World<Stores>["another"] = (replaced = {}) => {
    const deps = {
      ...stores,
      ...replaced,
      notifier,
      clock,
      regions,
      holder: randomUUID(),
      onFault: (error: unknown) => faults.push(error),
    };
    const handle = makeQueueHandle(deps);
    const queue: Functions["queue"] = async (...messages) => {
      const Records = messages.map((body, index) => ({ messageId: String(index), body }));
      const { batchItemFailures } = await handle({ Records });
      return batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier)).sort((a, b) => a - b);
    };
    return { failure: makeFailure(deps), watchdog: makeWatchdog(deps), queue };
  };
  return { stores, sent, faults, clock, sabotage, another, ...another() };
}

/** A record of the tick log for a mark: o ok, x failed. */
export function recordAt(
  endpointId: string,
  region: string,
  scheduledAt: number,
  mark: string,
): CheckRecord[] {
  return outcomeAt(region, scheduledAt, mark).map(({ outcome, totalMs }) => ({
    org: "default",
    endpointId,
    region,
    scheduledAt,
    startedAt: scheduledAt,
    outcome,
    status: outcome === "ok" ? 200 : null,
    dnsMs: null,
    connectMs: null,
    tlsMs: null,
    firstByteMs: null,
    transferMs: null,
    totalMs,
    bytes: 0,
    flags: [],
  }));
}

export const post = (endpointId: string, outcomes: RegionOutcome[]): FailurePost => ({
  org: "default",
  endpointId,
  outcomes,
});

/** Plays marks of one endpoint through tick log, failure function and watchdog, as one machine does. */
export async function playRows(
  world: World,
  endpointId: string,
  rows: Record<string, string>,
  firstSlot = 0,
): Promise<void> {
  const length = Math.max(...Object.values(rows).map((row) => row.replaceAll(" ", "").length));
  for (let slot = 0; slot < length; slot++) {
    const at = START + (firstSlot + slot) * MINUTE;
    for (const [index, [region, row]] of Object.entries(rows).entries()) {
      const mark = row.replaceAll(" ", "")[slot] ?? ".";
      world.clock.set(at + (index + 1) * SECOND);
      await world.stores.ticks.append(recordAt(endpointId, region, at, mark));
      if (mark === "x") await world.failure([post(endpointId, outcomeAt(region, at, mark))]);
    }
    world.clock.set(at + 40 * SECOND);
    await world.watchdog();
  }
}
