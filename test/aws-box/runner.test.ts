import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Box, startBox } from "./box.ts";
import { killPoints } from "./kill-points.ts";
import { deliver, forwardToNext } from "./mapping.ts";

const bundle = join(import.meta.dirname, "runner/sample-function.ts");
const HOUR = 3_600_000;

const sample = (box: Box, options = {}) =>
  box.deploy({
    name: "sample",
    region: "eu-west-1",
    bundle,
    env: () => ({ TABLE_REGION: box.homeRegion }),
    ...options,
  });

describe("a function's process", () => {
  test("sees its variables and no others, and the box's time; a second invocation finds it warm", async () => {
    await using box = await startBox();
    const deployed = sample(box);
    await deployed.invoke({ do: "answer" });
    box.clock.advance(HOUR);
    const before = box.clock.now();
    const { outcome } = await deployed.invoke({ do: "answer" });
    expect(outcome).toMatchObject({ kind: "answered", payload: { invocations: 2 } });
    if (outcome.kind !== "answered") return;
    const payload = outcome.payload as {
      now: number;
      date: string;
      environment: string[];
      remainingMs: number;
    };
    expect(payload.now).toBeGreaterThanOrEqual(before);
    expect(payload.now).toBeLessThan(before + HOUR);
    expect(Date.parse(payload.date) - payload.now).toBeLessThan(HOUR);
    expect(payload.remainingMs).toBeLessThanOrEqual(60_000);
    expect(payload.environment.filter((name) => !name.startsWith("AWS_"))).toEqual([
      "LAMBDA_TASK_ROOT",
      "TABLE_REGION",
      "TZ",
    ]);
    expect(deployed.starts).toBe(1);
    await expect.poll(() => deployed.output()).toBe("answering\nanswering\n");
  });

  test("two invocations at once are two processes; after a chill all is cold", async () => {
    await using box = await startBox();
    const deployed = sample(box);
    await Promise.all([deployed.invoke({ do: "answer" }), deployed.invoke({ do: "answer" })]);
    expect(deployed.starts).toBe(2);
    await deployed.chill();
    await deployed.invoke({ do: "answer" });
    expect(deployed.starts).toBe(3);
  });

  test("an error is the function's answer; an exit and a time-out end the process", async () => {
    await using box = await startBox();
    const deployed = sample(box, { timeoutMs: 1_000 });
    expect((await deployed.invoke({ do: "throw" })).outcome).toMatchObject({
      kind: "threw",
      error: { name: "TypeError", message: "as told" },
    });
    expect((await deployed.invoke({ do: "exit" })).outcome).toEqual({ kind: "died", code: 3, signal: null });
    expect((await deployed.invoke({ do: "hang" })).outcome).toEqual({ kind: "timed-out" });
    expect(deployed.starts).toBe(2);
  });

  test("a bundle that can't be imported says why", async () => {
    await using box = await startBox();
    const deployed = sample(box, { bundle: join(import.meta.dirname, "nothing-here.mjs") });
    await expect(deployed.invoke({})).rejects.toThrow("nothing-here.mjs");
  });

  test("an address of the internet is a port of this machine", async () => {
    await using box = await startBox();
    const server = createServer().listen(0, "127.0.0.1");
    await expect.poll(() => server.listening).toBe(true);
    const { port } = server.address() as { port: number };
    const deployed = sample(box, { routes: { "8.8.8.8:80": `127.0.0.1:${port}` } });
    const { outcome } = await deployed.invoke({ do: "connect", host: "8.8.8.8", port: 80 });
    expect(outcome).toMatchObject({ payload: "127.0.0.1" });
    server.close();
  });

  test("its calls are logged with its name and invocation, and it is killed at any of them", async () => {
    await using box = await startBox();
    const deployed = sample(box);
    const { requestId } = await deployed.invoke({ do: "call" });
    const calls = box.calls({ invocation: requestId });
    expect(calls).toMatchObject([
      {
        caller: { name: "sample", region: "eu-west-1", process: 1 },
        action: "ListTables",
        region: "eu-central-1",
      },
    ]);
    const points = killPoints(calls);
    expect(points.map(({ name }) => name)).toEqual([
      "before dynamodb:ListTables  (1)",
      "after dynamodb:ListTables  (1)",
    ]);
    for (const { where, mishap, extent } of points) {
      box.faults.add(where, mishap, extent);
      expect((await deployed.invoke({ do: "call" })).outcome).toMatchObject({
        kind: "died",
        signal: "SIGKILL",
      });
    }
    expect(box.calls().map(({ performed }) => performed)).toEqual([true, false, true]);
    expect((await deployed.invoke({ do: "call" })).outcome).toMatchObject({ kind: "answered", payload: [] });
  });
});

describe("an event source mapping", () => {
  async function withQueue() {
    const box = await startBox();
    const region = "eu-west-1";
    const dead = box.sqs.create({ region, name: "dead" });
    const queue = box.sqs.create({
      region,
      name: "work",
      visibilityMs: 60_000,
      deadLetters: { queue: dead, maxReceives: 2 },
    });
    return { box, queue, dead, deployed: sample(box) };
  }

  test("deletes what succeeded; what failed comes again, and then is a dead letter", async () => {
    const { box, queue, dead, deployed } = await withQueue();
    await using _ = box;
    for (const body of ["good", "bad", "good"]) queue.send(body);
    await deliver(queue, deployed);
    expect(queue.messages.map(({ body }) => body)).toEqual(["bad"]);
    expect(await deliver(queue, deployed)).toEqual([]);
    expect(forwardToNext(box.clock, [queue], box.clock.now() + 50_000)).toBe(false);
    expect(forwardToNext(box.clock, [queue], box.clock.now() + 60_000)).toBe(true);
    expect(await deliver(queue, deployed)).toHaveLength(1);
    box.clock.advance(60_000);
    await deliver(queue, deployed);
    expect(dead.messages.map(({ body }) => body)).toEqual(["bad"]);
  });

  test("keeps the whole batch of an invocation that throws, and delivers in the order it is told", async () => {
    const { box, queue, deployed } = await withQueue();
    await using _ = box;
    for (const body of ["one", "two", "worse"]) queue.send(body);
    const arrange = <T>(messages: T[]): T[] => messages.toReversed();
    const [first, ...others] = await deliver(queue, deployed, { batchSize: 2, concurrency: 1, arrange });
    expect(first?.outcome.kind).toBe("threw");
    expect(others.map(({ outcome }) => outcome.kind)).toEqual(["answered"]);
    expect(queue.messages.map(({ body }) => body)).toEqual(["two", "worse"]);
  });
});
