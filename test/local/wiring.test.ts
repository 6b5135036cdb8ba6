import { createServer } from "node:http";
import { expect, test } from "vitest";
import { openSqlite } from "../../lib/adapters/sqlite/index.ts";
import { policyOf } from "../../lib/core/alert/policy.ts";
import { initialState } from "../../lib/core/alert/step.ts";
import type { Message } from "../../lib/core/ports.ts";
import type { VigieEvent } from "../../local/wiring/events.ts";
import { repeat } from "../../local/wiring/loops.ts";
import { makeLocalNotifier } from "../../local/wiring/notifier.ts";
import { reconcile } from "../../local/wiring/reconcile.ts";
import { endpointOf, ManualClock } from "../functions/probe/doubles.ts";

const T0 = Date.UTC(2026, 10, 20, 12);

const messageOf = (id: string): Message => ({
  org: "default",
  kind: "down",
  title: `Website ${id} is down. availability=50.0%, time=2026-11-20T12:00:00Z`,
  body: "",
  websites: [id],
  ids: [id],
  at: T0,
});

/** A webhook that answers with one status after another, the last one for ever. */
async function receiverOf(statuses: number[]) {
  const server = createServer((_request, response) => {
    response.writeHead(statuses.length > 1 ? (statuses.shift() ?? 500) : (statuses[0] ?? 500)).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** Real sockets, no waiting: pauses between tries pass at once. */
const hasty = { now: () => T0, sleep: async () => undefined };

test("without channels the screen is where messages go", async () => {
  const shown: VigieEvent[] = [];
  const notifier = makeLocalNotifier(
    { webhooks: [], email: null },
    { clock: hasty, listener: (event) => shown.push(event) },
  );
  expect(await notifier.send(messageOf("a"))).toEqual([{ channel: "terminal", ok: true, at: T0 }]);
  expect(shown).toMatchObject([{ kind: "message", title: messageOf("a").title }]);
});

test("a message that no channel took is shown once and sent again", async () => {
  await using receiver = await receiverOf([404, 204]);
  const shown: VigieEvent[] = [];
  const webhooks = [{ name: "chat", url: receiver.url, headers: {} }];
  const notifier = makeLocalNotifier(
    { webhooks, email: null },
    { clock: hasty, listener: (event) => shown.push(event) },
  );
  await expect(notifier.send(messageOf("a"))).rejects.toMatchObject({ code: "unavailable" });
  expect(await notifier.send(messageOf("a"))).toMatchObject([{ channel: "chat", ok: true }]);
  expect(await notifier.send(messageOf("b"))).toMatchObject([{ channel: "terminal" }, { channel: "chat" }]);
  expect(shown).toHaveLength(2);
});

test("what a file no longer declares is closed, what it edits starts afresh, the API's is untouched", async () => {
  const stores = openSqlite(":memory:");
  const clock = { now: () => T0, sleep: async () => undefined };
  const [kept, edited, removed, own] = ["kept", "edited", "removed", "own"].map((id) => endpointOf(id));
  if (!kept || !edited || !removed || !own) throw new TypeError("four endpoints");
  await stores.endpoints.put(own, "api", null);
  await reconcile({ ...stores, clock }, [kept, edited, removed], ["local"]);
  const states = [kept, edited, removed].map((endpoint) => ({
    state: {
      ...initialState(policyOf(endpoint, ["local"])),
      verdict: "down" as const,
    },
    expected: null,
  }));
  await stores.alerts.putMany(states);

  const other = { ...edited, url: "https://other.example/" };
  const changes = await reconcile({ ...stores, clock }, [kept, other], ["local"]);
  expect(changes).toMatchObject({ added: [], changed: [{ after: other }], removed: [removed] });
  const verdicts = await stores.alerts.getMany("default", ["kept", "edited", "removed"]);
  expect([...verdicts.values()].map(({ value }) => [value.endpointId, value.verdict]).sort()).toEqual([
    ["edited", "up"],
    ["kept", "down"],
    ["removed", "up"],
  ]);
  expect((await stores.endpoints.list("default")).map(({ endpoint }) => endpoint.id)).toEqual([
    "edited",
    "kept",
    "own",
  ]);
  await expect(reconcile({ ...stores, clock }, [own], ["local"])).rejects.toMatchObject({ code: "conflict" });
  stores.close();
});

test("repeated work comes at its pace, outlives its errors and comes more rarely when it is slow", async () => {
  const clock = new ManualClock(T0);
  const stop = new AbortController();
  const begun: number[] = [];
  const errors: unknown[] = [];
  const options = {
    clock,
    everyMs: 5_000,
    signal: stop.signal,
    onError: (error: unknown) => errors.push(error),
  };
  const ended = repeat(options, async () => {
    begun.push((clock.now() - T0) / 1_000);
    if (begun.length === 2) throw new Error("the store is away");
    if (begun.length === 3) await clock.sleep(2_000);
  });
  await clock.advance(40_000);
  expect(begun).toEqual([0, 5, 10, 32, 37]);
  expect(errors).toHaveLength(1);
  stop.abort();
  await ended;
});
