import type { Retention } from "../../core/history/retention.ts";
import { number, text } from "./column.ts";
import { breathe, type Connection } from "./connection.ts";
import type { Dictionary } from "./dictionary.ts";
import { SIZE_CODES } from "./history.ts";

export interface Pruned {
  ticks: number;
  buckets: number;
  incidents: number;
}

const HOUR = 3_600_000;
/** Stretch of ticks that one statement deletes for one endpoint: 360 rows at one a minute and region. */
const TICKS_STEP_MS = 6 * HOUR;
const BUCKETS_STEP_MS = 500 * HOUR;
/** Rows after which a transaction ends and others get their turn. */
const ROWS_A_SLICE = 1_000;
const INCIDENTS_A_SLICE = 100;
/** The file is given back to the system once more than a quarter of it is unused. */
const SPARE_SHARE = 4;
const SPARE_PAGES = 1_024;
const VACUUM_PAGES = 128;

/** Deletes of one endpoint, oldest first, a step at a time: each answers how many rows went, 0 at the end. */
function steps(db: Connection, dictionary: Dictionary) {
  const ticks = db.query(
    `DELETE FROM ticks WHERE endpoint = ?1
       AND at < min(?2, (SELECT min(at) FROM ticks WHERE endpoint = ?1) + ${TICKS_STEP_MS})`,
  );
  const buckets = db.query(
    `DELETE FROM buckets WHERE endpoint = ?1 AND size = ?2
       AND start < min(?3, (SELECT min(start) FROM buckets WHERE endpoint = ?1 AND size = ?2) + ${BUCKETS_STEP_MS})`,
  );
  const key = db.query(
    `DELETE FROM endpoint_keys WHERE key = ?1
       AND NOT EXISTS (SELECT 1 FROM ticks WHERE endpoint = ?1)
       AND NOT EXISTS (SELECT 1 FROM buckets WHERE endpoint = ?1) RETURNING org, id`,
  );
  return {
    ticks: (endpoint: number, before: number) => ticks.run(endpoint, before),
    hours: (endpoint: number, before: number) => buckets.run(endpoint, SIZE_CODES.hour, before),
    days: (endpoint: number, before: number) => buckets.run(endpoint, SIZE_CODES.day, before),
    key(endpoint: number): void {
      const row = key.get(endpoint);
      if (row !== undefined) dictionary.forgetEndpoint(text(row[0]), text(row[1]));
    },
  };
}

type Steps = ReturnType<typeof steps>;

function* endpointSteps(step: Steps, endpoint: number, retention: Retention, now: number): Generator<Pruned> {
  for (let n = -1; n !== 0; ) {
    n = step.ticks(endpoint, now - retention.rawMs);
    yield { ticks: n, buckets: 0, incidents: 0 };
  }
  for (const [size, keptMs] of [
    ["hours", retention.hourMs],
    ["days", retention.dayMs],
  ] as const) {
    for (let n = -1; n !== 0; ) {
      n = step[size](endpoint, now - keptMs);
      yield { ticks: 0, buckets: n, incidents: 0 };
    }
  }
  step.key(endpoint);
}

function incidentStep(db: Connection): (before: number) => number {
  const doomed = db.query(`SELECT org, id FROM incidents WHERE ended_at < ? LIMIT ${INCIDENTS_A_SLICE}`);
  const messages = db.query("DELETE FROM messages WHERE org = ? AND incident = ?");
  const incident = db.query("DELETE FROM incidents WHERE org = ? AND id = ?");
  return (before) => {
    const rows = doomed.all(before);
    for (const [org, id] of rows) {
      messages.run(text(org), text(id));
      incident.run(text(org), text(id));
    }
    return rows.length;
  };
}

const add = (a: Pruned, b: Pruned): Pruned => ({
  ticks: a.ticks + b.ticks,
  buckets: a.buckets + b.buckets,
  incidents: a.incidents + b.incidents,
});

/** Gives unused pages back a few at a time; what is likely to be reused soon stays. */
async function shrink(db: Connection): Promise<void> {
  const spare = (): number => Number(db.pragma("freelist_count"));
  const pages = Number(db.pragma("page_count"));
  while (spare() > Math.max(SPARE_PAGES, pages / SPARE_SHARE)) {
    const before = spare();
    db.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`);
    if (spare() >= before) return;
    await breathe();
  }
}

/** Makes `prune`: deletes what is older than its retention, in transactions of about a thousand rows. */
export function makePrune(db: Connection, dictionary: Dictionary) {
  const keys = db.query("SELECT key FROM endpoint_keys ORDER BY key");
  const step = steps(db, dictionary);
  const incidents = incidentStep(db);

  function* everything(retention: Retention, now: number): Generator<Pruned> {
    for (const [key] of keys.all()) yield* endpointSteps(step, number(key), retention, now);
    for (let n = -1; n !== 0; ) {
      n = incidents(now - retention.dayMs);
      yield { ticks: 0, buckets: 0, incidents: n };
    }
  }

  /** Goes on until enough rows went; null at the end. */
  function slice(work: Generator<Pruned>, most: { steps: number }): Pruned | null {
    let done: Pruned = { ticks: 0, buckets: 0, incidents: 0 };
    for (let n = 0; n < most.steps && done.ticks + done.buckets + done.incidents < ROWS_A_SLICE; n++) {
      const next = work.next();
      if (next.done) return n === 0 ? null : done;
      done = add(done, next.value);
    }
    return done;
  }

  /** @param now epoch ms */
  return async function prune(retention: Retention, now: number): Promise<Pruned> {
    const work = everything(retention, now);
    let all: Pruned = { ticks: 0, buckets: 0, incidents: 0 };
    for (;;) {
      const done = db.write(() => slice(work, { steps: 200 }));
      if (done === null) break;
      all = add(all, done);
      await breathe();
    }
    await shrink(db);
    return all;
  };
}
