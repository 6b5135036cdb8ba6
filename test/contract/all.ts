import type { StorePorts } from "../../lib/adapters/sqlite/index.ts";
import { describeAlertStoreContract } from "./alert-store.ts";
import { describeDeclaredEndpointsContract } from "./declared-endpoints.ts";
import { describeEndpointStoreContract } from "./endpoint-store.ts";
import { describeHistoryContract } from "./history.ts";
import { describeIncidentLogContract } from "./incident-log.ts";
import { describeRollupMarksContract } from "./rollup-marks.ts";
import { ORG, OTHER_ORG } from "./samples.ts";
import type { MakeSubject, Subject } from "./subject.ts";
import { describeTickLogContract } from "./tick-log.ts";

const part =
  <K extends keyof StorePorts>(make: MakeSubject<StorePorts>, port: K): MakeSubject<StorePorts[K]> =>
  async (): Promise<Subject<StorePorts[K]>> => {
    const whole = await make();
    return { ...whole, store: whole.store[port] };
  };

/** Holds an adapter that implements every store port against all their contracts. */
export function describeStoreContracts(name: string, make: MakeSubject<StorePorts>): void {
  describeEndpointStoreContract(name, part(make, "endpoints"));
  describeDeclaredEndpointsContract(name, part(make, "endpoints"));
  describeTickLogContract(name, part(make, "ticks"));
  describeAlertStoreContract(name, part(make, "alerts"));
  describeIncidentLogContract(name, part(make, "incidents"));
  describeHistoryContract(name, part(make, "history"));
  describeRollupMarksContract(name, part(make, "history"), [ORG, OTHER_ORG]);
}
