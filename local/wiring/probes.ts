import { type CanaryGate, makeCanaryGate } from "../../functions/probe/canary.ts";
import type { Clock } from "../../lib/core/ports.ts";
import { makeChecker, type ProbeChecker } from "../../lib/probe/checker.ts";
import { makeEgressGuard } from "../../lib/probe/egress/egress.ts";
import { makeResolver } from "../../lib/probe/lookup/resolver.ts";
import type { Settings } from "../settings.ts";
import type { Listener } from "./events.ts";

/** What touches the network: the checker of all endpoints, and the gate that knows whether the network is there. */
export interface Probes {
  checker: ProbeChecker;
  gate: CanaryGate;
  close(): void;
}

type ProbeSettings = Pick<Settings, "resolver" | "egress" | "canaries">;

export interface ProbesDeps {
  clock: Clock;
  listener: Listener;
  version: string;
}

/** Canaries are few, but must never queue behind four hundred targets that hang. */
const CANARIES_IN_FLIGHT = 8;

export function makeProbes(settings: ProbeSettings, { clock, listener, version }: ProbesDeps): Probes {
  const resolver = makeResolver({ resolver: settings.resolver, clock });
  const userAgent = `Vigie/${version}`;
  const checker = makeChecker({ resolver, guard: makeEgressGuard(settings.egress), userAgent, clock });
  const canaries = makeChecker({
    resolver,
    guard: makeEgressGuard("any"),
    userAgent,
    clock,
    inFlight: CANARIES_IN_FLIGHT,
  });
  const gate = makeCanaryGate({
    urls: settings.canaries,
    checker: canaries,
    clock,
    onOwnNetwork: (up, since) => listener({ kind: "own-network", up, since }),
    onUselessCanaries: () => listener({ kind: "useless-canaries" }),
    onFault: (error, context) => listener({ kind: "fault", error, context }),
  });
  return {
    checker,
    gate,
    close() {
      checker.close();
      canaries.close();
    },
  };
}

/** What has to be the same for probes to go on after a reload. */
export const probesKey = ({ resolver, egress, canaries }: ProbeSettings): string =>
  JSON.stringify([resolver, egress, canaries]);
