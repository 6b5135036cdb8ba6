import { type Call, matches, type Where } from "./log.ts";

/**
 * What befalls a call:
 * - `throttled`, `broken`: refused as the service does it; not performed
 * - `stalled`: never answered, not performed; the connection stays open until the fault ends
 * - `reset-before`, `reset-after`: the connection is reset before, or after, the call is performed
 * - `kill-before`, `kill-after`: the calling process is killed with SIGKILL before, or after, the call is performed
 * - `half`: every second entry of a batch is not done and said to be so
 * - `twice`: performed twice, as a network that repeats does
 * - a number: answered so many ms later
 */
export type Mishap =
  | "throttled"
  | "broken"
  | "stalled"
  | "reset-before"
  | "reset-after"
  | "kill-before"
  | "kill-after"
  | "half"
  | "twice"
  | number;

export interface Extent {
  /** Spares the first so many calls; 0 by default. */
  after?: number;
  /** How many calls it befalls; all by default. */
  times?: number;
}

export interface Fault {
  /** How many calls it befell. */
  readonly hits: number;
  /** From now on calls are spared, and stalled connections end. */
  end(): void;
}

/** A fault that befalls a call, and what to do when it ends. */
export interface Befallen {
  mishap: Mishap;
  onEnd(listener: () => void): void;
}

export interface Faults {
  add(where: Where, mishap: Mishap, extent?: Extent): Fault;
  /** The faults that befall this call, the oldest first; counts it. */
  befalling(call: Call): Befallen[];
  endAll(): void;
}

interface Scripted {
  where: Where;
  mishap: Mishap;
  spare: number;
  left: number;
  hits: number;
  ended: boolean;
  listeners: Set<() => void>;
}

const end = (fault: Scripted): void => {
  fault.ended = true;
  for (const listener of fault.listeners) listener();
  fault.listeners.clear();
};

function befalls(fault: Scripted, call: Call): boolean {
  if (fault.ended || !matches(fault.where, call)) return false;
  if (fault.spare-- > 0) return false;
  if (fault.left-- <= 0) return false;
  fault.hits++;
  return true;
}

export function makeFaults(): Faults {
  const scripted: Scripted[] = [];
  return {
    add(where, mishap, { after = 0, times = Number.POSITIVE_INFINITY } = {}) {
      const fault: Scripted = {
        where,
        mishap,
        spare: after,
        left: times,
        hits: 0,
        ended: false,
        listeners: new Set(),
      };
      scripted.push(fault);
      return {
        get hits() {
          return fault.hits;
        },
        end: () => end(fault),
      };
    },
    befalling: (call) =>
      scripted
        .filter((fault) => befalls(fault, call))
        .map((fault) => ({ mishap: fault.mishap, onEnd: (listener) => fault.listeners.add(listener) })),
    endAll: () => scripted.forEach(end),
  };
}
