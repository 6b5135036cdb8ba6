import { describe, expect, it } from "vitest";
import { acted, noticed, traceOf } from "../../../lib/probe/trace.ts";

/** A trace on a loop that says what it is told, and the stretches it was asked about. */
function traced(...late: boolean[]) {
  const asked: { from: number; at: number }[] = [];
  const trace = traceOf("https://a.test/", true, {
    isLate: (from, at) => {
      asked.push({ from, at });
      return late.shift() ?? false;
    },
  });
  return { trace, asked };
}

describe("a trace", () => {
  it("is on time as long as every stamp is", () => {
    const { trace } = traced(false, false);
    noticed(trace);
    noticed(trace);
    expect(trace.late).toBe(false);
  });

  it("is late from the first late stamp on", () => {
    const { trace } = traced(false, true, false);
    for (let stamps = 0; stamps < 3; stamps++) noticed(trace);
    expect(trace.late).toBe(true);
  });

  it("counts what is noticed from what it follows: the start, the last act, the last thing noticed", () => {
    const { trace, asked } = traced();
    const resolvedAt = noticed(trace);
    const connectingAt = acted(trace);
    const connectedAt = noticed(trace);
    const securedAt = noticed(trace);
    expect(asked).toEqual([
      { from: trace.startedAt, at: resolvedAt },
      { from: connectingAt, at: connectedAt },
      { from: connectedAt, at: securedAt },
    ]);
  });

  it("is never late for what we did ourselves", () => {
    const { trace, asked } = traced(true);
    acted(trace);
    expect([trace.late, asked]).toEqual([false, []]);
  });
});
