import { expect, test } from "vitest";
import { makeQueuedSink } from "../../../../lib/adapters/metrics/queued-sink.ts";
import type { CheckRecord } from "../../../../lib/core/check/record.ts";
import { Unavailable } from "../../../../lib/core/errors.ts";
import { recordSample, T0 } from "../../../contract/samples.ts";
import { ManualClock } from "../../../functions/probe/doubles.ts";

type How = "well" | "fails" | "hangs";

function world() {
  const clock = new ManualClock(T0);
  const faults: unknown[] = [];
  const kept: string[] = [];
  const asked: string[] = [];
  const state = { sink: "well" as How, queue: "well" as How };
  const idsOf = (records: readonly CheckRecord[]) => records.map(({ endpointId }) => endpointId);
  const sink = makeQueuedSink({
    clock,
    onFault: (error) => faults.push(error),
    sink: {
      async write(records) {
        asked.push(...idsOf(records));
        if (state.sink === "fails") throw new Unavailable("The database is away.");
        if (state.sink === "hangs") await clock.sleep(60_000);
      },
    },
    queue: {
      async put(records) {
        if (state.queue === "fails") throw new Unavailable("The queue is away.");
        kept.push(...idsOf(records));
      },
    },
  });
  return {
    clock,
    faults,
    kept,
    asked,
    state,
    write: (id: string) => sink.write([recordSample({ endpointId: id })]),
  };
}

test("what the sink takes is in no queue", async () => {
  const { write, kept, asked, faults } = world();
  await write("a");
  expect([asked, kept, faults]).toEqual([["a"], [], []]);
});

test("what it does not take is in the queue, and why is told once; then it rests for half a minute", async () => {
  const { write, kept, asked, faults, state, clock } = world();
  state.sink = "fails";
  await write("a");
  await clock.advance(29_999);
  await write("b");
  expect([asked, kept]).toEqual([["a"], ["a", "b"]]);
  expect(faults).toMatchObject([{ message: "The database is away." }]);
  state.sink = "well";
  await clock.advance(1);
  await write("c");
  await write("d");
  expect([asked, kept]).toEqual([
    ["a", "c", "d"],
    ["a", "b"],
  ]);
});

test("one that hangs is waited for two seconds", async () => {
  const { write, kept, state, clock, faults } = world();
  state.sink = "hangs";
  const written = write("a");
  await clock.advance(1_999);
  expect(kept).toEqual([]);
  await clock.advance(1);
  await written;
  expect(kept).toEqual(["a"]);
  expect(faults).toMatchObject([{ message: "The metrics sink took longer than 2000 ms." }]);
});

test("a clock that was set back makes no long rest", async () => {
  const { write, asked, state, clock } = world();
  state.sink = "fails";
  await write("a");
  clock.set(T0 - 3_600_000);
  state.sink = "well";
  await write("b");
  expect(asked).toEqual(["a", "b"]);
});

test("when the queue does not take them either it is told how many are nowhere", async () => {
  const { write, state, faults } = world();
  state.sink = "fails";
  state.queue = "fails";
  await expect(write("a")).rejects.toThrow(
    new Unavailable(
      "Neither a metrics sink nor its queue took 1 records: The database is away. The queue is away.",
    ),
  );
  expect(faults).toEqual([]);
});
