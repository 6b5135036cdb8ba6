import type { CheckRecord } from "../../../core/check/record.ts";
import { number } from "../column.ts";
import type { SqliteStores } from "../open.ts";

/** Outcomes in memory while the disk fails. */
export interface Buffer {
  /** Adds at most a slice (ticks.ts); answers how many of the oldest had to go for it. */
  append(records: readonly CheckRecord[]): Promise<number>;
  size(): number;
}

/** Share of the limit that is dropped at once, so that dropping, which looks at everything, is rare. */
const DROPPED_SHARE = 0.05;

/**
 * Bounds what memory holds. The oldest go first: the alert rule lives on the newest, and a gap at the start of an
 * outage of the disk is told more easily than one that keeps growing.
 */
export function makeBuffer(memory: SqliteStores, limit: number): Buffer {
  const count = memory.connection.query("SELECT count(*) FROM ticks");
  const drop = memory.connection.query(
    "DELETE FROM ticks WHERE at <= (SELECT at FROM ticks ORDER BY at LIMIT 1 OFFSET ?)",
  );
  let estimate = 0; // never too low: what was there already is counted again

  const size = (): number => number(count.get()?.[0]);

  function dropOldest(): number {
    estimate = size();
    if (estimate <= limit) return 0;
    const excess = estimate - limit + Math.floor(limit * DROPPED_SHARE);
    const dropped = drop.run(Math.min(excess, estimate) - 1);
    estimate -= dropped;
    return dropped;
  }

  return {
    size,
    async append(records) {
      const written = memory.ticks.append(records); // at most a slice: done when the call returns
      estimate += records.length;
      const dropped = estimate > limit ? dropOldest() : 0;
      await written;
      return dropped;
    },
  };
}
