import { expect, test } from "vitest";
import { makeFaultLog } from "../../../../lib/adapters/aws/fault-log.ts";
import { Unavailable } from "../../../../lib/core/errors.ts";

const T0 = Date.UTC(2026, 10, 20, 12);

function logAt(start: number) {
  const lines: unknown[][] = [];
  let now = start;
  const log = makeFaultLog("probe", {
    clock: { now: () => now },
    write: (line) => {
      const { level, service, message, ...rest } = JSON.parse(line);
      expect([level, service]).toEqual(["ERROR", "probe"]);
      lines.push([message, rest]);
    },
  });
  const pass = (ms: number): void => {
    now += ms;
  };
  return { lines, log, pass };
}

test("a fault says what, where, and what it came from", () => {
  const { lines, log } = logAt(T0);
  const cause = new Error("socket hang up");
  log(new Unavailable("The table is away.", { cause }), { what: "write to the tick log", shard: "m0" });
  expect(lines).toEqual([
    [
      "Unavailable: The table is away.",
      { what: "write to the tick log", shard: "m0", code: "unavailable", causes: ["Error: socket hang up"] },
    ],
  ]);
});

test("what nobody expected comes with its stack", () => {
  const { lines, log } = logAt(T0);
  log(new TypeError("x is undefined"), { what: "check" });
  log("text", { what: "check" });
  expect(lines).toMatchObject([
    [
      "TypeError: x is undefined",
      { code: "unexpected", stack: expect.stringContaining("fault-log.test.ts") },
    ],
    ["an error without words", { code: "unexpected" }],
  ]);
});

test("the same fault is written once a minute, another at once, and again when the clock was set back", () => {
  const { lines, log, pass } = logAt(T0);
  const fault = new Unavailable("away");
  log(fault, { what: "a" });
  log(fault, { what: "a" });
  log(fault, { what: "b" });
  expect(lines).toHaveLength(2);
  pass(60_000);
  log(fault, { what: "a" });
  expect(lines).toHaveLength(3);
  pass(-3_600_000);
  log(fault, { what: "a" });
  expect(lines).toHaveLength(4);
});

test("causes that go in circles end", () => {
  const { lines, log } = logAt(T0);
  const fault = new Error("round and round");
  fault.cause = fault;
  log(fault, { what: "a" });
  expect(lines).toHaveLength(1);
});
