import type { Flag } from "../../core/check/measurement.ts";
import type { Failure, Outcome } from "../../core/check/outcome.ts";
import type { CheckRecord } from "../../core/check/record.ts";
import { squeeze, unsqueeze } from "./pack.ts";

/** Where and when all records of an item were made. */
export interface TickKey {
  region: string;
  scheduledAt: number;
}

/**
 * Records by columns: alike values side by side compress to half of what records would. Timings in whole microseconds.
 * Rare things are lists of [index, …]. A version of the schema may only add columns.
 */
interface Columns {
  /** Organizations, and for each record the index of its own; a single one needs no index. */
  orgs: string[];
  org?: number[];
  ids: string[];
  late: number[];
  status: (number | null)[];
  dns: (number | null)[];
  connect: (number | null)[];
  tls: (number | null)[];
  firstByte: (number | null)[];
  transfer: (number | null)[];
  total: number[];
  bytes: number[];
  flags: [index: number, bits: number][];
  failed: [index: number, phase: string, type: string, message: string][];
  invalid: [index: number, why: string][];
}

/** Bit by bit; new flags go to the end, since stored items count on the order. */
const FLAGS: readonly Flag[] = ["cold", "delayed", "retried", "slow_lane"];
const MICROS = 1_000;

const micros = (ms: number): number => Math.round(ms * MICROS);
const microsOrNull = (ms: number | null): number | null => (ms === null ? null : micros(ms));
const msOrNull = (us: number | null | undefined): number | null =>
  us === null || us === undefined ? null : us / MICROS;

const flagBits = (flags: readonly Flag[]): number =>
  flags.reduce((bits, flag) => bits | (1 << FLAGS.indexOf(flag)), 0);
const flagsOf = (bits: number): Flag[] => FLAGS.filter((_, bit) => (bits & (1 << bit)) !== 0);

function orgColumns(records: readonly CheckRecord[]): Pick<Columns, "orgs" | "org"> {
  const orgs = [...new Set(records.map(({ org }) => org))];
  return orgs.length === 1 ? { orgs } : { orgs, org: records.map(({ org }) => orgs.indexOf(org)) };
}

function columnsOf(records: readonly CheckRecord[]): Columns {
  const column = <T>(value: (record: CheckRecord) => T): T[] => records.map(value);
  return {
    ...orgColumns(records),
    ids: column(({ endpointId }) => endpointId),
    late: column(({ startedAt, scheduledAt }) => Math.round(startedAt - scheduledAt)),
    status: column(({ status }) => status),
    dns: column(({ dnsMs }) => microsOrNull(dnsMs)),
    connect: column(({ connectMs }) => microsOrNull(connectMs)),
    tls: column(({ tlsMs }) => microsOrNull(tlsMs)),
    firstByte: column(({ firstByteMs }) => microsOrNull(firstByteMs)),
    transfer: column(({ transferMs }) => microsOrNull(transferMs)),
    total: column(({ totalMs }) => micros(totalMs)),
    bytes: column(({ bytes }) => bytes),
    flags: records.flatMap(({ flags }, i) => (flags.length === 0 ? [] : [[i, flagBits(flags)]])),
    failed: records.flatMap(({ outcome }, i) =>
      outcome === "ok" ? [] : [[i, outcome.phase, outcome.type, outcome.message]],
    ),
    invalid: records.flatMap(({ invalid }, i) => (invalid === undefined ? [] : [[i, invalid]])),
  };
}

/** Records of one region and tick as compressed bytes. */
export const encodeTick = (records: readonly CheckRecord[]): Uint8Array =>
  squeeze(Buffer.from(JSON.stringify(columnsOf(records))));

const failureFrom = ([, phase, type, message]: Columns["failed"][number]): Failure =>
  ({ phase, type, message }) as Failure; // columnsOf took the three from a Failure

/** Reads one record after another out of the columns. */
function readerOf(columns: Columns, { region, scheduledAt }: TickKey) {
  const flags = new Map(columns.flags);
  const failed = new Map(columns.failed.map((failure) => [failure[0], failureFrom(failure)]));
  const invalid = new Map(columns.invalid);
  const outcomeAt = (i: number): Outcome => failed.get(i) ?? "ok";
  return (org: string, endpointId: string, i: number): CheckRecord => {
    const why = invalid.get(i);
    return {
      org,
      endpointId,
      region,
      scheduledAt,
      startedAt: scheduledAt + (columns.late[i] ?? 0),
      outcome: outcomeAt(i),
      status: columns.status[i] ?? null,
      dnsMs: msOrNull(columns.dns[i]),
      connectMs: msOrNull(columns.connect[i]),
      tlsMs: msOrNull(columns.tls[i]),
      firstByteMs: msOrNull(columns.firstByte[i]),
      transferMs: msOrNull(columns.transfer[i]),
      totalMs: (columns.total[i] ?? 0) / MICROS,
      bytes: columns.bytes[i] ?? 0,
      flags: flagsOf(flags.get(i) ?? 0),
      ...(why === undefined ? {} : { invalid: why }),
    };
  };
}

/** Those of an item's records that are wanted, in their order. */
export function decodeTick(
  bytes: Uint8Array,
  key: TickKey,
  isWanted: (org: string, endpointId: string) => boolean,
): CheckRecord[] {
  const columns = JSON.parse(unsqueeze(bytes).toString()) as Columns; // written by encodeTick
  const recordAt = readerOf(columns, key);
  return columns.ids.flatMap((endpointId, i) => {
    const org = columns.orgs[columns.org?.[i] ?? 0] ?? "";
    return isWanted(org, endpointId) ? [recordAt(org, endpointId, i)] : [];
  });
}
