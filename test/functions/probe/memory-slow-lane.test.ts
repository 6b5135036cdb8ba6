/** The double that the probe's tests use keeps the promises of the port. */
import { describeSlowLaneContract } from "../../contract/slow-lane.ts";
import { memorySlowLane } from "../../support/memory-slow-lane.ts";

describeSlowLaneContract("in memory", async () => ({
  store: memorySlowLane(),
  putOutOfReach: "memory is always in reach",
  close: async () => {},
}));
