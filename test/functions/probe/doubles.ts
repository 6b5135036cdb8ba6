import type { Checker } from "../../../lib/core/check/checker.ts";
import type { Measurement } from "../../../lib/core/check/measurement.ts";
import { failure, type Outcome } from "../../../lib/core/check/outcome.ts";
import { bareEndpoint } from "../../../lib/core/endpoint/bare.ts";
import type { Endpoint } from "../../../lib/core/endpoint/endpoint.ts";
import type { Clock } from "../../../lib/core/ports.ts";

interface Sleeper {
  at: number;
  wake(): void;
}

/** Lets everything that is ready run, without a timer. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 8; i++) await new Promise<void>((resolve) => setImmediate(resolve));
};

/** A clock that stands still until told: sleepers wake in order, each at its own time. */
export class ManualClock implements Clock {
  #now: number;
  #elapsed = 0;
  readonly #sleepers = new Set<Sleeper>();

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted || ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper = { at: this.#elapsed + ms, wake: resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", () => {
        this.#sleepers.delete(sleeper);
        resolve();
      });
    });
  }

  /** Somebody sets the clock: timers don't notice. */
  set(now: number): void {
    this.#now = now;
  }

  /** Runs everything that is ready now. */
  settle(): Promise<void> {
    return settle();
  }

  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#pass(next.at - this.#elapsed);
      this.#sleepers.delete(next);
      next.wake();
      await settle();
    }
    this.#pass(end - this.#elapsed);
    await settle();
  }

  #pass(ms: number): void {
    this.#elapsed += ms;
    this.#now += ms;
  }

  #next(end: number): Sleeper | undefined {
    return [...this.#sleepers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }
}

export const refused: Outcome = failure("tcp.refused", "connection refused");

export const endpointOf = (id: string, changes: Partial<Endpoint> = {}): Endpoint =>
  bareEndpoint(id, `https://${id}.example/`, { org: "default", ...changes });

export interface Scripted {
  outcome: Outcome;
  /** How long the check takes; 0 unless told. */
  takesMs?: number;
  publicTarget?: boolean;
}

/** What a check of a URL finds, by the time it ends; throws to play a fault of ours. */
export type Script = (endpoint: Endpoint, startedAt: number) => Scripted;

/** Plays checks by a script: the outcome is decided at the end of a check, as a network would. */
export function scriptedChecker(
  clock: ManualClock,
  script: Script,
): Checker & { seen: string[]; once: Set<string> } {
  const seen: string[] = [];
  const once = new Set<string>();
  return {
    seen,
    /** URLs that were to be tried once only. */
    once,
    async check(endpoint, options): Promise<Measurement> {
      const startedAt = clock.now();
      seen.push(endpoint.url);
      if (options?.retry === false) once.add(endpoint.url);
      const { takesMs = 0 } = script(endpoint, startedAt);
      if (takesMs > 0) await clock.sleep(takesMs, options?.signal);
      const { outcome, publicTarget = true } = script(endpoint, startedAt);
      return measurementOf(outcome, startedAt, clock.now(), publicTarget);
    },
  };
}

function measurementOf(
  outcome: Outcome,
  startedAt: number,
  endedAt: number,
  publicTarget: boolean,
): Measurement {
  return {
    outcome,
    startedAt,
    endedAt,
    status: outcome === "ok" ? 200 : null,
    timings: {
      dnsMs: 1,
      connectMs: 2,
      tlsMs: null,
      firstByteMs: null,
      transferMs: null,
      totalMs: endedAt - startedAt,
    },
    hops: [],
    remote: null,
    tls: null,
    bytes: 0,
    tries: 1,
    flags: [],
    publicTarget,
  };
}
