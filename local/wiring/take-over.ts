import type { StorePorts } from "../../lib/adapters/sqlite/index.ts";
import type { Clock, EndpointChanges, MetricsSink } from "../../lib/core/ports.ts";
import type { Settings } from "../settings.ts";
import { type Engine, makeEngine } from "./engine.ts";
import type { Listener } from "./events.ts";
import { makeProbes, type Probes, probesKey } from "./probes.ts";
import { reconcile } from "./reconcile.ts";

export interface TakeOverDeps {
  stores: StorePorts;
  clock: Clock;
  env: Readonly<Record<string, string | undefined>>;
  listener: Listener;
  version: string;
  /** Names this process where effects are claimed. */
  holder: string;
  /** Gives up what still runs. */
  abort: AbortSignal;
  sinks: readonly MetricsSink[];
}

/** The settings in force and what was made for them. */
export interface InForce {
  settings: Settings;
  probes: Probes;
  engine: Engine;
}

/** How long checks may still run on probes that a reload replaced. */
const REPLACED_PROBES_MS = 180_000;

/**
 * Makes settings the ones in force. The endpoints come first: when they are refused, nothing has changed.
 * Probes go on where they can, since they know the network's state and are warm.
 */
export function makeTakeOver(deps: TakeOverDeps) {
  const { stores, clock, abort } = deps;

  async function probesFor(settings: Settings, before: InForce | null): Promise<Probes> {
    if (before !== null && probesKey(before.settings) === probesKey(settings)) return before.probes;
    const probes = makeProbes(settings, deps);
    await probes.checker.warmUp();
    if (before !== null) void clock.sleep(REPLACED_PROBES_MS, abort).then(() => before.probes.close());
    return probes;
  }

  return async (
    settings: Settings,
    before: InForce | null,
  ): Promise<{ inForce: InForce; changes: EndpointChanges }> => {
    const changes = await reconcile({ ...stores, clock }, settings.endpoints, [settings.region]);
    const probes = await probesFor(settings, before);
    return { inForce: { settings, probes, engine: makeEngine({ ...deps, settings, probes }) }, changes };
  };
}
