import { makeHandle as makeFailure } from "../../functions/failure/handle.ts";
import { makeHandle as makeProbe, type ProbeHandle } from "../../functions/probe/handle.ts";
import { makeTroubled } from "../../functions/probe/troubled.ts";
import { makeHandle as makeWatchdog } from "../../functions/watchdog/handle.ts";
import { makeDirectRoute } from "../../lib/adapters/failure-route/direct.ts";
import type { StorePorts } from "../../lib/adapters/sqlite/index.ts";
import { resolveSecrets, secretValuesOf } from "../../lib/core/endpoint/secrets.ts";
import type { Clock, MetricsSink } from "../../lib/core/ports.ts";
import type { Settings } from "../settings.ts";
import type { Listener } from "./events.ts";
import { makeLocalNotifier } from "./notifier.ts";
import type { Probes } from "./probes.ts";

export interface EngineDeps {
  settings: Settings;
  stores: StorePorts;
  probes: Probes;
  clock: Clock;
  env: Readonly<Record<string, string | undefined>>;
  listener: Listener;
  sinks: readonly MetricsSink[];
  /** Names this process where effects are claimed. */
  holder: string;
}

/** The functions of one machine, wired for the settings in force. */
export interface Engine {
  probe: ProbeHandle;
  watchdog(): Promise<{ pending: boolean }>;
}

/** When what is done is written, after the start of a tick: a local file takes many small writes. */
const WRITE_AFTER_MS = [1_000, 3_000, 8_000, 15_000, 25_000, 40_000];
/** The longest tick: rounds for a minute, then tries for 45 s and a wait in the pacer. */
const INVOCATION_LIMIT_MS = 170_000;

export function makeEngine(deps: EngineDeps): Engine {
  const { settings, stores, probes, clock, env, listener, holder } = deps;
  const onFault = (what: string) => (error: unknown) => listener({ kind: "fault", error, context: { what } });
  const secretOf = (name: string) => env[name];
  const judging = {
    ...stores,
    clock,
    holder,
    regions: [settings.region],
    notifier: makeLocalNotifier(settings.notify, { clock, listener }),
    onFault: onFault("delivery of a message"),
  };
  return {
    watchdog: makeWatchdog(judging),
    probe: makeProbe({
      region: settings.region,
      clock,
      endpoints: stores.endpoints,
      ticks: stores.ticks,
      sinks: deps.sinks,
      failureRoute: makeDirectRoute({ handle: makeFailure(judging), clock }),
      canaries: probes.gate,
      checkerForTick: () => probes.checker.forTick(),
      resolve: (endpoint) => ({
        endpoint: resolveSecrets(endpoint, secretOf),
        secrets: secretValuesOf(endpoint, secretOf),
      }),
      troubled: makeTroubled(stores),
      onFault: (error, context) => listener({ kind: "fault", error, context }),
      writeAfterMs: WRITE_AFTER_MS,
      invocationLimitMs: INVOCATION_LIMIT_MS,
    }),
  };
}
