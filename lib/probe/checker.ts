import type { Checker } from "../core/check/checker.ts";
import { retryPlanOf } from "../core/check/retry.ts";
import { VigieError } from "../core/errors.ts";
import type { Clock } from "../core/ports.ts";
import { type EgressGuard, isPublicAddress } from "./egress/egress.ts";
import { makeLimits } from "./limit.ts";
import type { Lookup, Resolver } from "./lookup/lookup.ts";
import { makeMachineLoopDelay, makeMachinePacer } from "./machine.ts";
import { makeTrust } from "./tls/trust.ts";
import { runJob, type Shared } from "./tries.ts";
import { warmUp } from "./warm-up.ts";

export interface CheckerOptions {
  resolver: Resolver;
  guard: EgressGuard;
  userAgent: string;
  clock: Clock;
  /** Authorities (PEM) believed in addition to Node's own. */
  ca?: readonly string[];
  /** CPUs this process really has: below 1 where a quota throttles it (default 1: one thread does the work). */
  cpus?: number;
  /** Whether this machine can reach IPv6 addresses (default true). Where not, they are asked for only by `family: 6`. */
  ipv6?: boolean;
  /** Checks between start and end at most (default 400); each holds a socket, two with family `both`. */
  inFlight?: number;
}

/** The checker of a process: it paces all checks together, so there should be one. */
export interface ProbeChecker extends Checker {
  /** A checker whose checks share name lookups; to be dropped when the tick ends. `check` shares with nobody. */
  forTick(): Checker;
  /**
   * Runs the machinery against a server of its own on loopback, for the first connection of a process reads
   * several ms too slow. Without it the first check of each scheme is flagged `cold`. Never rejects.
   */
  warmUp(): Promise<void>;
  /** Gives up what is in flight: those checks, and later ones, reject with `closed`. */
  close(): void;
}

function sharedOf(options: CheckerOptions): Shared {
  const loopDelay = makeMachineLoopDelay();
  return {
    clock: options.clock,
    pacer: makeMachinePacer(options.cpus ?? 1, options.inFlight),
    loopDelay,
    limits: makeLimits(),
    ipv6: options.ipv6 ?? true,
    deps: {
      guard: options.guard,
      isPublic: isPublicAddress,
      trust: makeTrust(options.ca),
      loop: loopDelay,
      userAgent: options.userAgent,
      now: () => options.clock.now(),
    },
    warm: new Set(),
  };
}

/**
 * Makes the checker of a process: checks are paced by CPU, repeated as their endpoint's plan says, and flagged where
 * their timings are in doubt (`cold`, `delayed`, `retried`).
 */
export function makeChecker(options: CheckerOptions): ProbeChecker {
  const shared = sharedOf(options);
  const { resolver } = options;
  const checker = (lookupOf: () => Lookup): Checker => ({
    check: (endpoint, { retry = true, signal } = {}) => {
      const plan = retryPlanOf(endpoint);
      return runJob(shared, {
        endpoint,
        plan: retry ? plan : { ...plan, retries: 0 },
        lookup: lookupOf(),
        signal,
        avoid: new Set(),
      });
    },
  });
  return {
    ...checker(() => resolver.forTick()),
    forTick: () => {
      const lookup = resolver.forTick();
      return checker(() => lookup);
    },
    warmUp: () => warmUp(shared),
    close: () => shared.limits.closeAll(new VigieError("closed", "The checker is closed: make a new one")),
  };
}
