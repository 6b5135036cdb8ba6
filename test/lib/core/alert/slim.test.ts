import { expect, it } from "vitest";
import { slimMiddle } from "../../../../lib/core/alert/slim.ts";
import type { RegionOutcome } from "../../../../lib/core/alert/state.ts";
import { failure } from "../../../../lib/core/check/outcome.ts";
import { MINUTE, START } from "./play.ts";

const timings = { dnsMs: 1, connectMs: null, tlsMs: null, firstByteMs: null, transferMs: null };
const marks = (row: string): RegionOutcome[] =>
  [...row].map((mark, i) => ({
    region: "paris",
    scheduledAt: START + i * MINUTE,
    outcome: mark === "o" ? "ok" : failure("tcp.reset", `reset ${i}`),
    totalMs: i,
    ...(mark === "o" ? {} : { timings, posted: true }),
  }));

it("leaves a usual window as it is, and of a long one all that succeeded", () => {
  for (const row of [
    "",
    "o",
    "oxxo",
    "x".repeat(120),
    "o".repeat(360),
    `${"o".repeat(240)}${"x".repeat(120)}`,
  ])
    expect(slimMiddle(marks(row), 1)).toEqual(marks(row));
});

it("keeps time, type and origin of the failures in the middle, and of the others everything", () => {
  const before = marks(`x${"ox".repeat(80)}`);
  const after = slimMiddle(before, 30); // two at each end
  const failed = after.filter(({ outcome }) => outcome !== "ok");
  expect(after.map(({ scheduledAt, posted }) => [scheduledAt, posted])).toEqual(
    before.map(({ scheduledAt, posted }) => [scheduledAt, posted]),
  );
  expect(failed.map(({ timings: kept }) => kept !== undefined)).toEqual(
    failed.map((_, i) => i < 2 || i >= failed.length - 2),
  );
  expect(failed[2]?.outcome).toEqual(
    failure("tcp.reset", "details are kept of the first and the latest only"),
  );
  expect(failed.at(-1)?.outcome).toEqual(failure("tcp.reset", "reset 160"));
  expect(slimMiddle(after, 30)).toEqual(after);
});
