import { Unavailable, type VigieError } from "../../../core/errors.ts";
import { DamagedStore, resultCodeOf } from "../errors.ts";

/** What is said about a disk that can't be written to. Times are epoch ms; `message` is complete by itself. */
export type StoreTrouble =
  | { kind: "began"; at: number; cause: VigieError; message: string }
  /** Memory holds as much as it may: from now on the oldest outcomes are dropped. Said once per trouble. */
  | { kind: "dropping"; at: number; message: string }
  | { kind: "over"; at: number; since: number; lost: number; message: string }
  /** It ended with the process: what was only in memory is gone. */
  | { kind: "lost"; at: number; since: number; lost: number; message: string };

/** Whether an error means that the disk fails, not that somebody asked for something wrong. */
export const isDiskTrouble = (error: unknown): error is VigieError =>
  error instanceof Unavailable || error instanceof DamagedStore;

/** Locked, out of memory, read-only, full: the connection is as good as ever. All else: open the file anew. */
const KEEPS_CONNECTION = new Set([5, 6, 7, 8, 13]);

export function needsReopening(error: VigieError): boolean {
  const code = resultCodeOf(error.cause);
  return code === null || !KEEPS_CONNECTION.has(code);
}

const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 60_000;

/** When to try again: after 5 s, then twice as long each time, at most a minute. */
export function makeBackoff(now: () => number) {
  let waitMs = FIRST_WAIT_MS;
  let tryAt = now() + waitMs;
  return {
    isDue: (): boolean => now() >= tryAt,
    failedAgain(): void {
      waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
      tryAt = now() + waitMs;
    },
  };
}

const records = (n: number): string => (n === 1 ? "1 outcome" : `${n} outcomes`);

const lossOf = (lost: number): string =>
  lost === 0 ? "nothing was lost" : `${records(lost)} had to be dropped`;

export const beganMessage = (cause: VigieError): string =>
  `Nothing can be recorded: ${cause.message}. Checks and alerts go on from memory.`;

export const droppingMessage = (limit: number): string =>
  `Memory holds the ${limit} outcomes it may hold and the disk still fails: the oldest are dropped.`;

export const overMessage = (lost: number): string =>
  `Recording works again; what happened meanwhile is stored, ${lossOf(lost)}.`;

export const lostMessage = (lost: number): string =>
  `The disk still fails at the end: what happened meanwhile is lost, ${records(lost)} among it.`;
