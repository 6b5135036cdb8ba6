/**
 * Spreads the starts of checks so that a check's handshake work does not sit in front of another's answer: with
 * all starts at once, a server that takes 100 ms reads 180 to 270 ms. A token bucket in units of CPU: starts come at
 * the rate at which they use `share` of the capacity, for what a check costs is measured as we go.
 */
export interface PaceOptions {
  /** How much of the capacity checks may use, 0 to 1. Above one half, waiting for each other shows in the timings. */
  share: number;
  /** CPUs this process really has: 1, as one thread does the work, or less where a quota throttles it. */
  cpus: number;
  /** Checks between start and end at most; each holds a socket. */
  inFlight: number;
  /** Monotonic, ms. */
  now: () => number;
  /** CPU time this process has used so far, ms. */
  cpuMs: () => number;
  /** Calls back about so many ms later. */
  later: (ms: number, run: () => void) => void;
}

/** Gives leave to start checks, in the order asked for. */
export interface Pacer {
  /** Resolves when a check may start, to the function that says it ended. Rejects with the signal's reason. */
  start(signal?: AbortSignal): Promise<() => void>;
}

/** A guess until checks were measured: HTTPS on a machine of 2024. */
const FIRST_COST_MS = 0.8;
/** Other work of this process must not make checks look so dear that none would start. */
const COST_RANGE_MS = { from: 0.05, to: 5 };
const MEASURE_EVERY_MS = 25;
/** Fewer say more about chance than about cost. */
const MEASURE_AT_LEAST = 5;
const MEASURE_WEIGHT = 0.4;
/** How long unused leave is kept: a timer that fires a little late is made good, a long rest is no burst. */
const BURST_MS = 4;

/** What a check costs in CPU; measured only while checks queue, when the process does little else. */
class Cost {
  ms = FIRST_COST_MS;
  #cpuBefore = 0;
  #since = 0;
  #halves = 0;

  restart(now: number, cpuMs: number): void {
    this.#since = now;
    this.#cpuBefore = cpuMs;
    this.#halves = 0;
  }

  /** A check started or ended: half of one done, as some of the work is at either end of the wait between. */
  half(): void {
    this.#halves++;
  }

  measure(now: number, readCpuMs: () => number): void {
    const checks = this.#halves / 2;
    if (now - this.#since < MEASURE_EVERY_MS || checks < MEASURE_AT_LEAST) return;
    const cpuMs = readCpuMs();
    const seen = (cpuMs - this.#cpuBefore) / checks;
    const next = this.ms + MEASURE_WEIGHT * (seen - this.ms);
    this.ms = Math.min(COST_RANGE_MS.to, Math.max(COST_RANGE_MS.from, next));
    this.restart(now, cpuMs);
  }
}

interface Waiting {
  resolve(release: () => void): void;
  givenUp: boolean;
}

class BucketPacer implements Pacer {
  readonly #options: PaceOptions;
  readonly #cost = new Cost();
  #queue: Waiting[] = [];
  #head = 0;
  #inFlight = 0;
  #tokens = 1;
  #filledAt: number;
  #scheduled = false;

  constructor(options: PaceOptions) {
    this.#options = options;
    this.#filledAt = options.now();
  }

  start(signal?: AbortSignal): Promise<() => void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const { promise, resolve, reject } = Promise.withResolvers<() => void>();
    const waiting: Waiting = { resolve, givenUp: false };
    if (this.#rested()) this.#cost.restart(this.#options.now(), this.#options.cpuMs());
    this.#queue.push(waiting);
    this.#pump();
    if (signal === undefined) return promise;
    const giveUp = (): void => {
      waiting.givenUp = true;
      reject(signal.reason);
    };
    signal.addEventListener("abort", giveUp, { once: true });
    return promise.finally(() => signal.removeEventListener("abort", giveUp));
  }

  /** Nobody waits, nor did lately: what CPU was used meanwhile says nothing about checks. */
  #rested(): boolean {
    return this.#queue.length === this.#head && this.#options.now() - this.#filledAt > MEASURE_EVERY_MS;
  }

  #pump(): void {
    this.#fill();
    for (;;) {
      const next = this.#next();
      if (next === undefined || this.#inFlight >= this.#options.inFlight) return;
      if (this.#tokens < 1) {
        this.#pumpLater();
        return;
      }
      this.#tokens--;
      this.#admit(next);
    }
  }

  #fill(): void {
    const now = this.#options.now();
    this.#cost.measure(now, this.#options.cpuMs);
    const limit = Math.max(1, this.#perMs() * BURST_MS);
    this.#tokens = Math.min(limit, this.#tokens + (now - this.#filledAt) * this.#perMs());
    this.#filledAt = now;
  }

  /** Checks to start in a millisecond. */
  #perMs(): number {
    return (this.#options.share * this.#options.cpus) / this.#cost.ms;
  }

  /** The first in the queue that still waits; it stays there. */
  #next(): Waiting | undefined {
    while (this.#queue[this.#head]?.givenUp) this.#head++;
    if (this.#head < this.#queue.length) return this.#queue[this.#head];
    this.#queue = [];
    this.#head = 0;
    return undefined;
  }

  #admit(waiting: Waiting): void {
    this.#head++;
    this.#inFlight++;
    this.#cost.half();
    let ended = false;
    waiting.resolve(() => {
      if (ended) return;
      ended = true;
      this.#inFlight--;
      this.#cost.half();
      this.#pump();
    });
  }

  #pumpLater(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // Not sooner than there is leave to give: waking up for nothing costs a tenth of a check.
    const waitMs = (1 - this.#tokens) / this.#perMs();
    this.#options.later(Math.max(1, Math.floor(waitMs)), () => {
      this.#scheduled = false;
      this.#pump();
    });
  }
}

export const makePacer = (options: PaceOptions): Pacer => new BucketPacer(options);
