import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { type Box, startBox } from "./box.ts";
import { INFLUX_PATH } from "./services/influxdb.ts";

const authorization = "Token secret";
const write = (box: Box, lines: string[], headers: Record<string, string> = { authorization }) =>
  fetch(`${box.url}${INFLUX_PATH}?db=vigie&precision=ms`, {
    method: "POST",
    headers: { ...headers, "content-encoding": "gzip" },
    body: gzipSync(lines.join("\n")),
  });

const good = (time: number) =>
  `check,endpoint=shop,region=eu\\ west total=12.5,ok=true,error="a \\"b\\", c" ${time}`;

test("a point written again is one point", async () => {
  await using box = await startBox({ influxdb: { authorization } });
  expect((await write(box, [good(1), good(2)])).status).toBe(204);
  expect((await write(box, [good(2)])).status).toBe(204);
  const { points } = box.influxdb;
  expect(points).toMatchObject([
    { at: 1 },
    { at: 2, tags: { region: "eu west" }, fields: { error: 'a "b", c' } },
  ]);
});

test("bad lines are named, and the good ones stored", async () => {
  await using box = await startBox({ influxdb: { authorization } });
  box.influxdb.refuseLines(/ 3$/);
  const answer = await write(box, [good(1), "check total= 2", good(3), good(4)]);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual({ error: expect.stringContaining("dropped=2") });
  expect(box.influxdb.points).toHaveLength(2);
});

test("without its token nothing is written", async () => {
  await using box = await startBox({ influxdb: { authorization } });
  expect((await write(box, [good(1)], {})).status).toBe(401);
  expect(box.influxdb.points).toEqual([]);
});
