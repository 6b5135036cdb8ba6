/**
 * kill -9 at the points where something could get lost or be said twice. Promised: what was acknowledged is kept, and
 * each notification arrives at least once and is repeated at most once, under the same id.
 */
import { join } from "node:path";
import { expect, test } from "vitest";
import { openSqlite } from "../../lib/adapters/sqlite/index.ts";
import { makeReceiver, makeWebsite, type Receiver } from "./support/servers.ts";
import { makeFolder, type Running, vigie, writeConfig } from "./support/vigie.ts";

/** Judged by the last two of ten-second checks, without repeats. */
const fast = { interval: "10s", retries: 0, alert: { window: "20s", confirm: 1 } };

/** How often each change was told. */
function tellings(receiver: Receiver): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of receiver.received.flatMap(({ ids }) => ids)) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

async function kill(running: Running): Promise<void> {
  running.kill("SIGKILL");
  expect(await running.ended).toBe("SIGKILL");
}

/** Ticks of the endpoint that the file holds. */
async function recorded(data: string): Promise<number[]> {
  const stores = openSqlite(join(data, "vigie.db"), { readOnly: true });
  const records = await stores.ticks.records("default", "shop", 0, Number.MAX_SAFE_INTEGER);
  stores.close();
  return records.map(({ scheduledAt }) => scheduledAt);
}

test("kill -9 at any point loses nothing acknowledged and repeats at most one notification", async () => {
  await using folder = await makeFolder();
  await using website = await makeWebsite();
  await using receiver = await makeReceiver();
  const data = join(folder.path, "data");
  const config = await writeConfig(folder.path, {
    defaults: fast,
    endpoints: [{ id: "shop", name: "Shop", url: website.url }],
    notify: { webhooks: [{ name: "chat", url: receiver.url }] },
  });
  const start = () => vigie(["start", "--no-ui", "--port", "0", "--config", config, "--data", data]);

  // As soon as the first outcome is written.
  await using first = start();
  await first.line(/Shop: ok/);
  const acknowledged = await recorded(data);
  await kill(first);
  expect(await recorded(data)).toEqual(expect.arrayContaining(acknowledged));

  // The message has left and nobody has answered: between sending and clearing.
  website.answers(500);
  receiver.answering(false);
  await using second = start();
  const down = await receiver.message(({ kind }) => kind === "down");
  await kill(second);

  // It is sent again once the dead process's claim has run out, under the same id; killed as soon as that arrived.
  receiver.answering(true);
  await using third = start();
  await receiver.count("down", 2);
  await third.line(/Website Shop is down/);
  await third.line(/Shop: FAILED/);
  await expect.poll(() => sentMessages(data), { timeout: 10_000 }).toEqual(["down"]);
  await kill(third);

  // While down: nothing more to say, before or after.
  await using fourth = start();
  await fourth.line(/Shop: FAILED/);
  website.answers(200);
  await receiver.message(({ kind }) => kind === "up");
  await kill(fourth);

  // Killed at about the moment of the answer: it may come once more, never twice.
  await using fifth = start();
  await fifth.line(/Shop: ok/);
  await expect.poll(() => sentMessages(data), { timeout: 60_000 }).toEqual(["up", "down"]);
  fifth.kill("SIGTERM");
  expect(await fifth.ended).toBe(0);

  const counts = tellings(receiver);
  expect(counts.size).toBe(2);
  expect(counts.get(down.ids[0] ?? "")).toBe(2);
  expect(Math.max(...counts.values())).toBeLessThanOrEqual(2);
  const kept = await recorded(data);
  expect(kept).toEqual([...new Set(kept)]);
  expect(kept).toEqual(expect.arrayContaining(acknowledged));
}, 240_000);

/** Kinds of the messages that the log has, latest first. */
async function sentMessages(data: string): Promise<string[]> {
  const stores = openSqlite(join(data, "vigie.db"), { readOnly: true });
  const messages = await stores.incidents.messages("default", 10);
  stores.close();
  return messages.map(({ kind }) => kind);
}
