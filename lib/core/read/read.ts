/** The read model: what API, command line and dashboards show, read from the same numbers by the same functions. */
export type { ReadPorts } from "./gather.ts";
export { listOverview, listStats, type Overview } from "./list.ts";
export { series, statsOf } from "./one.ts";
