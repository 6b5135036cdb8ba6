/** What the rest of the project needs of the SQLite adapter. */
export { DamagedStore, StoreInUse, WrongSchema } from "./errors.ts";
export { type MetricsSpool, makeMetricsSpool, type SpooledBatch } from "./metrics-spool.ts";
export { openSqlite, type SqliteOptions, type SqliteStores, type StorePorts, type Stores } from "./open.ts";
export { makeResilient, openResilient, type ResilientStores } from "./resilient/open-resilient.ts";
export type { StoreTrouble } from "./resilient/trouble.ts";
