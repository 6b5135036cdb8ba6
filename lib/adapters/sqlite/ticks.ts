import type { RegionOutcome } from "../../core/alert/state.ts";
import type { CheckRecord } from "../../core/check/record.ts";
import type { TickLog } from "../../core/ports.ts";
import { breathe, type Connection } from "./connection.ts";
import type { Dictionary } from "./dictionary.ts";
import { recordFrom, regionOutcomeFrom, rowOf, TICK_COLUMNS } from "./tick-row.ts";

/** Records a transaction: about a millisecond of work. */
export const WRITE_SLICE = 64;
const PLACES = TICK_COLUMNS.split(", ").map(() => ", ?");

/** Takes a rowOf (tick-row.ts); the first write of a key wins. */
export const INSERT_TICK = `INSERT INTO ticks (endpoint, ${TICK_COLUMNS}) VALUES (?${PLACES.join("")})
  ON CONFLICT DO NOTHING`;

/** Endpoints read without a pause. */
const READ_SLICE = 100;

export const slicesOf = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));

/** A tick log of rows: each record finds its own place. */
export interface RowLog extends TickLog {
  append(records: readonly CheckRecord[]): Promise<void>;
}

/**
 * The tick log in SQLite. Timings are kept to the microsecond. A batch is written in slices: when the disk fails
 * in the middle some of it may be there, and writing it again is harmless.
 */
export function makeTicks(db: Connection, dictionary: Dictionary): RowLog {
  const insert = db.query(INSERT_TICK);
  const window = db.query(
    `SELECT ${TICK_COLUMNS} FROM ticks WHERE endpoint = ? AND at BETWEEN ? AND ? ORDER BY at, region`,
  );

  function outcomesOf(org: string, id: string, since: number, until: number): RegionOutcome[] {
    const key = dictionary.endpoint(org, id);
    if (key === undefined) return [];
    return window.all(key, since, until).map((row) => regionOutcomeFrom(row, dictionary));
  }

  function recordsOf(org: string, id: string, key: number, since: number, until: number): CheckRecord[] {
    return window.all(key, since, until).map((row) => recordFrom(row, org, id, dictionary));
  }

  return {
    async append(records) {
      for (const [i, slice] of slicesOf(records, WRITE_SLICE).entries()) {
        if (i > 0) await breathe();
        db.write(() => {
          for (const record of slice) insert.run(...rowOf(record, dictionary));
        });
      }
    },

    async outcomes(org, endpointIds, since, until) {
      const found = new Map<string, RegionOutcome[]>();
      for (const [i, slice] of slicesOf(endpointIds, READ_SLICE).entries()) {
        if (i > 0) await breathe();
        db.read(() => {
          for (const id of slice) found.set(id, outcomesOf(org, id, since, until));
        });
      }
      return found;
    },

    async records(org, endpointId, since, until) {
      return db.read(() => {
        const key = dictionary.endpoint(org, endpointId);
        return key === undefined ? [] : recordsOf(org, endpointId, key, since, until);
      });
    },

    async all(org, since, until) {
      const endpoints = db.read(() => dictionary.endpointsOf(org));
      const found: CheckRecord[][] = [];
      for (const [i, slice] of slicesOf(endpoints, READ_SLICE).entries()) {
        if (i > 0) await breathe();
        db.read(() => {
          for (const { key, id } of slice) found.push(recordsOf(org, id, key, since, until));
        });
      }
      return found.flat();
    },
  };
}
