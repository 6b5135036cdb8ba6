import { type DispatchDeps, makeHandle as makeDispatch } from "../../functions/dispatch/handle.ts";
import type { OnFault } from "../../functions/probe/fault.ts";
import type { TickSummary } from "../../functions/probe/handle.ts";
import type { Stores } from "../../lib/adapters/sqlite/index.ts";
import { titleOf } from "../../lib/core/endpoint/endpoint.ts";
import type { Clock, EndpointChanges, ShardRef } from "../../lib/core/ports.ts";
import type { Settings } from "../settings.ts";
import type { Listener } from "./events.ts";
import { keepHouse } from "./house.ts";
import { type Lanes, makeLanes } from "./lanes.ts";
import { repeat } from "./loops.ts";
import { makeLocalMetrics } from "./metrics.ts";
import { MINUTE_MS, minuteOf, runScheduler } from "./scheduler.ts";
import { makeTakeOver } from "./take-over.ts";
import { makeTurns } from "./turns.ts";

export interface RuntimeDeps {
  stores: Stores;
  clock: Clock;
  env: Readonly<Record<string, string | undefined>>;
  listener: Listener;
  version: string;
  /** Names this process where effects are claimed. */
  holder: string;
  /** Starts nothing more, finishes what runs. */
  stop: AbortSignal;
  /** Gives up what still runs. */
  abort: AbortSignal;
  /** The file in which measurements wait for a metrics sink, or `:memory:`. */
  spool: string;
}

/** Vigie on one machine, without screen and HTTP. */
export interface Runtime {
  /** The settings in force. */
  settings(): Settings;
  /** Takes other settings over; on an error the old ones stay in force. */
  reload(settings: Settings): Promise<void>;
  /** Checks every endpoint once, now, and carries out what follows from it. */
  once(): Promise<TickSummary>;
  /** Watches until `stop` aborts; resolves when what was in flight has ended or was given up. */
  run(): Promise<void>;
  /** When the scheduler last ticked, epoch ms; null before the first time. */
  tickedAt(): number | null;
  close(): void;
}

const WATCH_EVERY_MS = 5_000;
/** A regular tick that would follow the first one closer than this is left out: two failures in one moment are one. */
const FIRST_GAP_MS = 20_000;
/** The first look goes on to the next shard after this long: targets that hang don't hide the others. */
const MOST_PER_SHARD_MS = 2_000;
/** With more endpoints than this, first outcomes that are ok go untold. */
const FIRST_OK_TOLD = 100;

/**
 * Takes the settings' endpoints over and gets ready to watch them.
 * @throws Conflict when an endpoint of the file and one made by the API have the same id
 */
export async function makeRuntime(deps: RuntimeDeps, settings: Settings): Promise<Runtime> {
  const { clock, listener, stores } = deps;
  const onFault: OnFault = (error, context) => listener({ kind: "fault", error, context });
  const turns = makeTurns({
    listener,
    tellFirstOk: () => inForce.settings.endpoints.length <= FIRST_OK_TOLD,
    async titleOf(org, id) {
      const stored = await stores.endpoints.get(org, id);
      return stored === null ? null : titleOf(stored.endpoint);
    },
  });
  const metrics = makeLocalMetrics({ ...deps, settings: () => inForce.settings.metrics });
  const takeOver = makeTakeOver({ ...deps, sinks: [turns, metrics.sink] });
  let inForce = (await takeOver(settings, null)).inForce;
  let tickedAt: number | null = null;
  const lanes = makeLanes({
    probe: (tick, context) => inForce.engine.probe(tick, context),
    stop: deps.stop,
    abort: deps.abort,
    onOverrun: (shard, scheduledAt) => listener({ kind: "overrun", shard, scheduledAt }),
    onFault,
  });

  /** Starts the probes of a minute and returns: those that are in the past by `from` are left out. */
  async function tick(scheduledAt: number, from: number): Promise<void> {
    const invoke: DispatchDeps["invoke"] = async (invocation) => {
      if (invocation.shard.rounds || invocation.scheduledAt >= from) void lanes.run(invocation);
    };
    const dispatch = makeDispatch({ endpoints: stores.endpoints, invoke, onFault });
    tickedAt = clock.now();
    await dispatch({ scheduledAt, region: inForce.settings.region }).catch((error: unknown) =>
      onFault(error, { what: "dispatch" }),
    );
  }

  /** People look at what they have just written: it is checked at once, beside the schedule. */
  async function showChanged({ added, changed }: EndpointChanges): Promise<void> {
    const ids = [...added, ...changed.map(({ after }) => after)].map(({ id }) => id);
    const scheduledAt = Math.floor(clock.now() / 1_000) * 1_000;
    if (ids.length === 0) return;
    for (const shard of await stores.endpoints.shards())
      void lanes.run({ shard, scheduledAt, everything: ids });
  }

  async function run(): Promise<void> {
    const startedAt = clock.now();
    const regular = (minute: number) => void tick(minute, startedAt + FIRST_GAP_MS);
    void showAll(lanes, await stores.endpoints.shards(), deps).catch((error: unknown) =>
      onFault(error, { what: "first checks" }),
    );
    regular(minuteOf(startedAt));
    const loop = { clock, signal: deps.stop };
    await Promise.all([
      runScheduler(
        {
          clock,
          tick: regular,
          onSkipped: (minutes, from) => listener({ kind: "ticks-skipped", minutes, from }),
        },
        startedAt,
        deps.stop,
      ),
      repeat(
        { ...loop, everyMs: WATCH_EVERY_MS, onError: (error) => onFault(error, { what: "watchdog" }) },
        () => inForce.engine.watchdog(),
      ),
      keepHouse({ ...loop, stores, onFault, retention: () => inForce.settings.retention }),
      metrics.run(),
    ]);
    await lanes.idle();
    await metrics.finish();
  }

  return {
    run,
    settings: () => inForce.settings,
    tickedAt: () => tickedAt,
    async reload(next) {
      const taken = await takeOver(next, inForce);
      inForce = taken.inForce;
      listener({ kind: "reloaded", changes: taken.changes, endpoints: next.endpoints.length });
      await showChanged(taken.changes);
    },
    async once() {
      const shards = await stores.endpoints.shards();
      const found = await Promise.all(shards.map((shard) => everything(lanes, shard, clock.now())));
      await inForce.engine.watchdog();
      await metrics.finish();
      return found.reduce<TickSummary>(add, { checked: 0, failed: 0, invalid: 0, unfinished: 0, missed: 0 });
    },
    close() {
      inForce.probes.close();
      metrics.close();
    },
  };
}

const add = (sum: TickSummary, part: TickSummary | null): TickSummary =>
  part === null
    ? { ...sum, missed: sum.missed + 1 }
    : {
        checked: sum.checked + part.checked,
        failed: sum.failed + part.failed,
        invalid: sum.invalid + part.invalid,
        unfinished: sum.unfinished + part.unfinished,
        missed: sum.missed + part.missed,
      };

/** The first look at everything, shard by shard, so that regular ticks need not wait behind thousands of checks. */
async function showAll(
  lanes: Lanes,
  shards: readonly ShardRef[],
  { clock, stop }: RuntimeDeps,
): Promise<void> {
  for (const shard of shards.filter(({ rounds }) => !rounds)) {
    const done = new AbortController();
    void everything(lanes, shard, clock.now()).finally(() => done.abort());
    await clock.sleep(MOST_PER_SHARD_MS, AbortSignal.any([done.signal, stop]));
    if (stop.aborted) return;
  }
}

/** Checks a whole shard now, as its latest slot. */
function everything(lanes: Lanes, shard: ShardRef, now: number): Promise<TickSummary | null> {
  const slot = minuteOf(now) + shard.offsetMs;
  return lanes.run({ shard, scheduledAt: slot <= now ? slot : slot - MINUTE_MS, everything: true });
}
