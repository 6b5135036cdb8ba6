import { rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { unpackRecords } from "../../../../lib/adapters/packed-records.ts";
import { type MetricsSpool, makeMetricsSpool } from "../../../../lib/adapters/sqlite/index.ts";
import { Unavailable } from "../../../../lib/core/errors.ts";
import { failedRecord, recordSample } from "../../../contract/samples.ts";
import { freshPath } from "./folder.ts";

const never = (records: number) => {
  throw new Error(`${records} dropped`);
};

const batch = (id: string, count = 1) =>
  Array.from({ length: count }, (_, i) => recordSample({ endpointId: `${id}${i}` }));

/** Takes everything out, in order; the endpoints of each batch. */
function emptied(spool: MetricsSpool): string[][] {
  const found: string[][] = [];
  for (let next = spool.oldest(); next !== null; next = spool.oldest()) {
    found.push(unpackRecords(next.packed).map(({ endpointId }) => endpointId));
    spool.remove(next.seq);
  }
  return found;
}

test("what is put in comes out whole, in order, and is gone once it is removed", async () => {
  const spool = makeMetricsSpool(":memory:", { onDropped: never });
  const odd = [failedRecord({ invalid: "no canary answered", flags: ["cold"] })];
  await spool.put(odd);
  await spool.put([]);
  await spool.put(batch("a", 2));
  const first = spool.oldest();
  expect(unpackRecords(first?.packed ?? new Uint8Array())).toEqual(odd);
  expect(spool.oldest()).toEqual(first);
  expect(spool.waiting()).toBe(3);
  expect(emptied(spool)).toEqual([["shop"], ["a0", "a1"]]);
  expect([spool.waiting(), spool.oldest()]).toEqual([0, null]);
  spool.close();
});

test("it is on disk as soon as it is acknowledged, for its owner alone", async () => {
  const path = freshPath();
  const killed = makeMetricsSpool(path, { onDropped: never });
  await killed.put(batch("a"));
  await killed.put(batch("b"));
  const next = makeMetricsSpool(path, { onDropped: never }); // beside one that never closed
  expect(next.waiting()).toBe(2);
  expect(emptied(next)).toEqual([["a0"], ["b0"]]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  killed.close();
  next.close();
});

test("when it is full the oldest go, and how many is told; what came last is there", async () => {
  const dropped: number[] = [];
  const spool = makeMetricsSpool(":memory:", { limitBytes: 1_000, onDropped: (n) => dropped.push(n) });
  const lost = () => dropped.reduce((sum, n) => sum + n, 0);
  for (const id of ["a", "b", "c", "d", "e", "f", "g", "h"]) await spool.put(batch(id));
  expect(lost()).toBeGreaterThan(0);
  expect(spool.waiting()).toBe(8 - lost());
  await spool.put(batch("z", 250));
  expect(spool.waiting()).toBe(258 - lost());
  const last = emptied(spool).at(-1);
  expect(last?.at(-1)).toBe("z249");
  spool.close();
});

test("a large batch is several small ones, a batch larger than the limit stands alone", async () => {
  const spool = makeMetricsSpool(":memory:", { limitBytes: 10, onDropped: () => undefined });
  await spool.put(batch("a", 250));
  expect(emptied(spool)).toEqual([
    batch("a", 250)
      .slice(200)
      .map(({ endpointId }) => endpointId),
  ]);
  spool.close();
});

test("while the disk fails it is Unavailable, and works again once the disk does", async () => {
  const folder = dirname(freshPath());
  const inTheWay = join(folder, "data");
  writeFileSync(inTheWay, "a file, no folder");
  const spool = makeMetricsSpool(join(inTheWay, "metrics.db"), { onDropped: never });
  await expect(spool.put(batch("a"))).rejects.toBeInstanceOf(Unavailable);
  expect(() => spool.oldest()).toThrow(Unavailable);
  rmSync(inTheWay);
  await spool.put(batch("b"));
  expect(emptied(spool)).toEqual([["b0"]]);
  spool.close();
});
