import { expect, test } from "vitest";
import { makeEmf } from "../../../../lib/adapters/aws/emf.ts";

test("a metric is one line that CloudWatch can read", () => {
  const lines: string[] = [];
  makeEmf({ clock: { now: () => 1_700_000_000_000 }, write: (line) => lines.push(line) })("HomeHealthy", 1);
  expect(lines.join("")).toBe(
    `{"_aws":{"Timestamp":1700000000000,"CloudWatchMetrics":[{"Namespace":"Vigie","Dimensions":[[]],"Metrics":[{"Name":"HomeHealthy"}]}]},"HomeHealthy":1}\n`,
  );
});
