import { expect, test } from "vitest";
import { type Item, number, text } from "../../../../lib/adapters/dynamodb/item.ts";
import { allOf, openTable, type Question, type Table } from "../../../../lib/adapters/dynamodb/table.ts";
import { Unavailable, VigieError } from "../../../../lib/core/errors.ts";
import { type Intercept, startLocalDynamo } from "../../../support/dynamodb.ts";
import { recordingClock } from "../../../support/recording-clock.ts";

const local = await startLocalDynamo();

async function fresh(client = local.client()): Promise<{ table: Table; slept: number[] }> {
  const { ticks } = await local.freshTables();
  const clock = recordingClock(0);
  return { table: openTable({ client, clock }, ticks), slept: clock.slept };
}

const item = (pk: string, sk: string, rest: Item = {}): Item => ({ pk: text(pk), sk: text(sk), ...rest });

const many = (count: number, filler = ""): Item[] =>
  Array.from({ length: count }, (_, i) => item("p", String(i).padStart(4, "0"), { filler: text(filler) }));

const sortKeys = (items: readonly Item[]): string[] => items.map(({ sk }) => sk?.S ?? "").sort();

type Batch = Record<string, unknown[] | { Keys: unknown[] }>;

/** Answers each batch with all but the first `done` entries left over. */
const leavingOver =
  (done: number): Intercept =>
  async ({ input, send }) => {
    const [entry] = Object.entries((input["RequestItems"] ?? {}) as Batch); // of a batch, by its name
    if (entry === undefined) return send();
    const [name, asked] = entry;
    const part = (from: number, to?: number) => ({
      [name]: Array.isArray(asked) ? asked.slice(from, to) : { ...asked, Keys: asked.Keys.slice(from, to) },
    });
    const output = await send({ RequestItems: part(0, done) });
    if ((Array.isArray(asked) ? asked : asked.Keys).length <= done) return output;
    return { ...output, [Array.isArray(asked) ? "UnprocessedItems" : "UnprocessedKeys"]: part(done) };
  };

/** Fails as AWS does. */
const failing =
  (name: string, status?: number, attempts = 1): Intercept =>
  async () => {
    throw Object.assign(new Error("as AWS says it"), {
      name,
      $metadata: { httpStatusCode: status, attempts },
    });
  };

async function pagesOf(table: Table, question: Question): Promise<Item[][]> {
  const pages: Item[][] = [];
  for await (const page of table.query(question)) pages.push(page);
  return pages;
}

test("batches of any length are written and read, each key once", async () => {
  const { table, slept } = await fresh();
  const items = many(230, "x");
  await table.putMany(items);
  const keys = [...items, ...items].map(({ sk }) => ({ pk: "p", sk: sk?.S ?? "" }));
  const found = await table.getMany([...keys, { pk: "p", sk: "nobody" }]);
  expect(sortKeys(found)).toEqual(sortKeys(items));
  await table.removeMany(keys);
  expect(await allOf(table, { partition: ["pk", "p"] })).toEqual([]);
  expect(slept).toEqual([]);
});

test("what a batch leaves over is repeated until nothing is left", async () => {
  const { table, slept } = await fresh(local.client(leavingOver(10)));
  const items = many(60);
  await table.putMany(items);
  const found = await table.getMany(items.map(({ sk }) => ({ pk: "p", sk: sk?.S ?? "" })));
  expect(sortKeys(found)).toEqual(sortKeys(items));
  expect(new Set(slept)).toEqual(new Set([50]));
});

test("a batch that gets nowhere waits longer each time, then is Unavailable", async () => {
  const nothing = local.client(async ({ input }) => ({ UnprocessedItems: input["RequestItems"] }));
  const { table, slept } = await fresh(nothing);
  await expect(table.putMany(many(1))).rejects.toThrow(/is throttled: 1 items of a batch/);
  expect(slept).toEqual([100, 200, 400, 800, 1_600]);
});

test("questions are answered page by page, in order, either way", async () => {
  const { table } = await fresh();
  await table.putMany(many(30, "y".repeat(100_000)));
  const pages = await pagesOf(table, { partition: ["pk", "p"] });
  expect(pages.length).toBeGreaterThan(2); // a page ends at 1 MB
  expect(pages.flat().map(({ sk }) => sk?.S)).toEqual(many(30).map(({ sk }) => sk?.S));
  const [first] = await pagesOf(table, {
    partition: ["pk", "p"],
    between: ["sk", "0010", "0019"],
    backwards: true,
    pageSize: 3,
  });
  expect(first?.map(({ sk }) => sk?.S)).toEqual(["0019", "0018", "0017"]);
  const tens = await allOf(table, { partition: ["pk", "p"], beginsWith: ["sk", "001"], only: ["sk"] });
  expect(tens).toHaveLength(10);
  expect(Object.keys(tens[0] ?? {})).toEqual(["sk"]);
});

test("a condition that is not met is an answer; at a second try of the SDK it is unclear", async () => {
  const { table } = await fresh();
  const absent = { text: "attribute_not_exists(pk)" };
  expect(await table.put(item("p", "s"), absent)).toBe("written");
  expect(await table.put(item("p", "s"), absent)).toBe("refused");
  expect(await table.remove({ pk: "p", sk: "x" }, { text: "attribute_exists(pk)" })).toBe("refused");
  const change = { text: "ADD n :one", values: { ":one": number(1) } };
  expect(await table.update({ pk: "p", sk: "s" }, change)).toMatchObject({ n: { N: "1" } });
  const two = { text: "n = :two", values: { ":two": number(2) } };
  expect(await table.update({ pk: "p", sk: "s" }, change, two)).toBe("refused");

  const again = local.client(failing("ConditionalCheckFailedException", 400, 2));
  const retried = openTable({ client: again, clock: recordingClock(0) }, table.name);
  expect(await retried.put(item("p", "s"), absent)).toBe("unclear");
});

test("the SDK says so when it tried again, after an answer that got lost on the way", async () => {
  const { table } = await fresh(local.client(undefined, 3));
  const absent = { text: "attribute_not_exists(pk)" };
  local.loseAnswer();
  expect(await table.put(item("p", "s"), absent)).toBe("unclear");
  const change = { text: "ADD n :one", values: { ":one": number(1) } };
  local.loseAnswer();
  expect(await table.update({ pk: "p", sk: "s" }, change)).toMatchObject({ n: { N: "2" } }); // once too often
  const fresher = { text: "n = :two", values: { ":two": number(2) } };
  local.loseAnswer();
  expect(await table.update({ pk: "p", sk: "s" }, change, fresher)).toBe("unclear");
  local.loseAnswer();
  expect(await table.remove({ pk: "p", sk: "s" }, { text: "attribute_exists(pk)" })).toBe("unclear");
  expect(await table.get({ pk: "p", sk: "s" })).toBeNull();
});

test("a table that is missing is no passing trouble: the message says what to do", async () => {
  const table = openTable({ client: local.client(), clock: recordingClock(0) }, "nowhere");
  const error: unknown = await table.get({ pk: "p", sk: "s" }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(VigieError);
  expect(error).not.toBeInstanceOf(Unavailable);
  expect(error).toMatchObject({ code: "table_missing", message: expect.stringContaining("deploy again") });
});

test.each([
  ["ProvisionedThroughputExceededException", 400],
  ["ThrottlingException", 400],
  ["RequestLimitExceeded", 400],
  ["InternalServerError", 500],
  ["TimeoutError", undefined],
])("%s passes: Unavailable", async (name, status) => {
  const client = local.client(failing(name, status));
  const table = openTable({ client, clock: recordingClock(0) }, "config");
  const write = table.put(item("p", "s"), { text: "attribute_not_exists(pk)" });
  await expect(write).rejects.toBeInstanceOf(Unavailable);
  await expect(table.get({ pk: "p", sk: "s" })).rejects.toBeInstanceOf(Unavailable);
});

test("a server that can't be reached is Unavailable", async () => {
  const { table } = await fresh();
  local.refuse(true);
  try {
    await expect(table.get({ pk: "p", sk: "s" })).rejects.toBeInstanceOf(Unavailable);
    await expect(table.getMany([{ pk: "p", sk: "s" }])).rejects.toBeInstanceOf(Unavailable);
  } finally {
    local.refuse(false);
  }
});

test("what a role may not do is said so", async () => {
  const client = local.client(failing("AccessDeniedException", 400));
  const table = openTable({ client, clock: recordingClock(0) }, "config");
  await expect(table.get({ pk: "p", sk: "s" })).rejects.toMatchObject({ code: "aws_refused" });
});
