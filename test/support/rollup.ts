import { byOrganization, makeHandle, type RollupDeps } from "../../functions/rollup/handle.ts";
import type { EndpointStore, History, RollupMarks, TickLog } from "../../lib/core/ports.ts";

export interface OrganizationPorts {
  endpoints: Pick<EndpointStore, "list">;
  ticks: Pick<TickLog, "all">;
  history: Pick<History, "put" | "list"> & RollupMarks<string>;
}

/** The rollup as one machine has it: an organization at a time, without a pause. */
export const rollupOf = (ports: OrganizationPorts, over: Partial<RollupDeps<string>> = {}) =>
  makeHandle({
    open: byOrganization(ports),
    marks: ports.history,
    history: ports.history,
    clock: { sleep: async () => {} },
    ...over,
  });
