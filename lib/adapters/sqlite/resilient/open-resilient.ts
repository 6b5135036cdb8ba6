import { openSqlite, type Stores } from "../open.ts";
import type { Pruned } from "../prune.ts";
import type { OpenFile } from "./disk.ts";
import { resilientIncidents } from "./incidents.ts";
import { resilientAlerts, resilientEndpoints, resilientHistory, resilientTicks } from "./ports.ts";
import { Recorder, type Trouble } from "./recorder.ts";
import type { StoreTrouble } from "./trouble.ts";

export interface ResilientOptions {
  /** Epoch ms. */
  now(): number;
  /** Told once when the disk begins to fail, once when that is over, and when something is lost by it. */
  onTrouble(event: StoreTrouble): void;
  /** Outcomes held in memory while the disk fails; default 400,000, about 30 MB. */
  mostRecords?: number;
}

export interface ResilientStores extends Stores {
  /** How the disk fails now; null while all is well. */
  trouble(): Trouble | null;
  /** Tries the disk now instead of at the next write that is due; answers whether recording works. */
  recover(): Promise<boolean>;
}

const MOST_RECORDS = 400_000;
const NOTHING: Pruned = { ticks: 0, buckets: 0, incidents: 0 };

/**
 * All stores over one file, for a process that has to go on when the disk fails: full, read-only, broken or gone,
 * also at the start. Outcomes, incidents and alert states are then kept in memory (endpoints and alert states
 * always are, so that alerting never waits for a disk), and moved to the file, in order, once it takes them: tried
 * with a write after 5 s, then after twice as long each time, at most a minute.
 * @throws StoreInUse, WrongSchema and DamagedStore when the file can't be used at the start for another reason
 */
export function makeResilient(file: OpenFile, options: ResilientOptions): ResilientStores {
  const memory = openSqlite(":memory:");
  const recorder = new Recorder({ ...file, mostRecords: MOST_RECORDS, ...options, memory });
  return {
    endpoints: resilientEndpoints(recorder, memory),
    ticks: resilientTicks(recorder, memory),
    alerts: resilientAlerts(recorder, memory),
    incidents: resilientIncidents(recorder, memory),
    history: resilientHistory(recorder, memory),
    prune: (retention, now) =>
      recorder.record(
        ({ stores }) => stores.prune(retention, now),
        // Still worth trying: what goes makes room inside a file that can't grow.
        () => recorder.read((stores) => stores.prune(retention, now), NOTHING),
      ),
    checkpoint() {
      recorder.checkpoint();
    },
    trouble: () => recorder.trouble,
    recover: () => recorder.recover(),
    close: () => recorder.close(),
  };
}

/** `makeResilient` over the SQLite file at `path`. */
export const openResilient = (path: string, options: ResilientOptions): ResilientStores =>
  makeResilient(
    { open: () => openSqlite(path), openReadOnly: () => openSqlite(path, { readOnly: true }) },
    options,
  );
