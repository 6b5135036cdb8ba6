import type { SQLInputValue } from "node:sqlite";
import type { RegionOutcome } from "../../core/alert/state.ts";
import type { Flag, PhaseTimings } from "../../core/check/measurement.ts";
import type { Failure, Outcome } from "../../core/check/outcome.ts";
import type { CheckRecord } from "../../core/check/record.ts";
import { number, numberOrNull, text } from "./column.ts";
import type { Row } from "./connection.ts";
import type { Dictionary } from "./dictionary.ts";

/** Columns of `ticks` after its endpoint, in the order in which they are written and read. */
export const TICK_COLUMNS =
  "at, region, late, status, dns, connect, tls, first_byte, transfer, total, bytes, flags, failure, message, invalid";

/** Bit by bit; new flags go to the end, since stored rows count on the order. */
const FLAGS: readonly Flag[] = ["cold", "delayed", "retried", "slow_lane"];

const MICROS = 1_000;

/** Timings are kept to the microsecond: an integer of two or three bytes in place of eight. */
const micros = (ms: number): number => Math.round(ms * MICROS);
const microsOrNull = (ms: number | null): number | null => (ms === null ? null : micros(ms));

const msOf = (column: Row[number] | undefined): number => number(column) / MICROS;
const msOrNull = (column: Row[number] | undefined): number | null => {
  const value = numberOrNull(column);
  return value === null ? null : value / MICROS;
};

const flagBits = (flags: readonly Flag[]): number =>
  flags.reduce((bits, flag) => bits | (1 << FLAGS.indexOf(flag)), 0);

const flagsOf = (bits: number): Flag[] => FLAGS.filter((_, bit) => (bits & (1 << bit)) !== 0);

/** Phase and type of a failure as one word, `connection/tcp.refused`: there are few of them. */
const failureWord = ({ phase, type }: Failure): string => `${phase}/${type}`;

function failureFrom(word: string, message: string): Failure {
  const slash = word.indexOf("/");
  // failureWord joined a phase and a type
  return { phase: word.slice(0, slash), type: word.slice(slash + 1), message } as Failure;
}

/** A record as the row to insert: its endpoint's key, then TICK_COLUMNS. Needs a transaction: it may add words. */
export function rowOf(record: CheckRecord, dictionary: Dictionary): SQLInputValue[] {
  const { outcome } = record;
  return [
    dictionary.addEndpoint(record.org, record.endpointId),
    record.scheduledAt,
    dictionary.addWord(record.region),
    Math.round(record.startedAt - record.scheduledAt),
    record.status,
    microsOrNull(record.dnsMs),
    microsOrNull(record.connectMs),
    microsOrNull(record.tlsMs),
    microsOrNull(record.firstByteMs),
    microsOrNull(record.transferMs),
    micros(record.totalMs),
    record.bytes,
    flagBits(record.flags),
    outcome === "ok" ? null : dictionary.addWord(failureWord(outcome)),
    outcome === "ok" ? null : outcome.message,
    record.invalid ?? null,
  ];
}

function outcomeFrom(row: Row, dictionary: Dictionary): Outcome {
  const failure = numberOrNull(row[12]);
  return failure === null ? "ok" : failureFrom(dictionary.word(failure), text(row[13]));
}

const phasesFrom = (row: Row): PhaseTimings => ({
  dnsMs: msOrNull(row[4]),
  connectMs: msOrNull(row[5]),
  tlsMs: msOrNull(row[6]),
  firstByteMs: msOrNull(row[7]),
  transferMs: msOrNull(row[8]),
});

/** A row of TICK_COLUMNS as the whole record. */
export function recordFrom(row: Row, org: string, endpointId: string, dictionary: Dictionary): CheckRecord {
  const scheduledAt = number(row[0]);
  return {
    org,
    endpointId,
    region: dictionary.word(number(row[1])),
    scheduledAt,
    startedAt: scheduledAt + number(row[2]),
    outcome: outcomeFrom(row, dictionary),
    status: numberOrNull(row[3]),
    ...phasesFrom(row),
    totalMs: msOf(row[9]),
    bytes: number(row[10]),
    flags: flagsOf(number(row[11])),
    ...(row[14] === null ? {} : { invalid: text(row[14]) }),
  };
}

/** A row of TICK_COLUMNS as the alert rule sees it: phase timings only where it failed. */
export function regionOutcomeFrom(row: Row, dictionary: Dictionary): RegionOutcome {
  const outcome = outcomeFrom(row, dictionary);
  return {
    region: dictionary.word(number(row[1])),
    scheduledAt: number(row[0]),
    outcome,
    totalMs: msOf(row[9]),
    ...(outcome === "ok" ? {} : { timings: phasesFrom(row) }),
    ...(row[14] === null ? {} : { invalid: text(row[14]) }),
  };
}
