import { expect, test } from "vitest";
import { Unavailable } from "../../../lib/core/errors.ts";
import type { Message } from "../../../lib/core/ports.ts";
import { makeApi, NOW } from "./support.ts";

const post = "/v1/test-alert";

test("sends what says that it is a test, and answers how each channel took it", async () => {
  const sent: Message[] = [];
  const deliveries = [
    { channel: "chat", ok: false, error: "status 500", at: NOW },
    { channel: "email", ok: true, at: NOW },
  ];
  const api = makeApi({
    principal: () => ({ org: "acme" }),
    notifier: {
      async send(message) {
        sent.push(message);
        return deliveries;
      },
    },
  });
  const answer = await api.call("POST", post);
  expect(answer).toMatchObject({ status: 200, body: { id: "test/id-1", deliveries } });
  expect(sent).toEqual([
    {
      org: "acme",
      kind: "test",
      title: "TEST from Vigie: alerts reach you here. Nothing is down.",
      body: expect.stringContaining(
        'at 2026-11-20T12:00:30Z to see that alerts of the organization "acme" arrive',
      ),
      websites: [],
      ids: ["test/id-1"],
      at: NOW,
    },
  ]);
});

test("a body, or its absence, makes no difference", async () => {
  const api = makeApi({ notifier: { send: async () => [{ channel: "x", ok: true, at: NOW }] } });
  expect((await api.call("POST", post, { raw: "no JSON" })).status).toBe(200);
});

test.each([
  [
    "all fail at once",
    () => Promise.reject(new Unavailable("No channel took the message (chat: status 500).")),
    "chat: status 500",
  ],
  ["each says no", async () => [{ channel: "chat", ok: false, error: "no", at: NOW }], "No channel took"],
  ["there is none", async () => [], "No channel took"],
])("503 where nobody was told: %s", async (_, send, reason) => {
  const answer = await makeApi({ notifier: { send } }).call("POST", post);
  expect(answer).toMatchObject({
    status: 503,
    body: { code: "not_delivered", detail: expect.stringContaining(reason) },
  });
});

test("a fault of ours is no problem of a channel", async () => {
  const api = makeApi({ notifier: { send: () => Promise.reject(new TypeError("bug")) } });
  expect(await api.call("POST", post)).toMatchObject({ status: 500, body: { code: "internal" } });
});

test("one in ten seconds and organization, so that it floods nobody", async () => {
  let org = "acme";
  const api = makeApi({
    principal: () => ({ org }),
    notifier: { send: async () => [{ channel: "x", ok: true, at: NOW }] },
  });
  expect((await api.call("POST", post)).status).toBe(200);
  api.setNow(NOW + 9_999);
  expect(await api.call("POST", post)).toMatchObject({ status: 429, headers: { "retry-after": "10" } });
  org = "globex";
  expect((await api.call("POST", post)).status).toBe(200);
  org = "acme";
  api.setNow(NOW + 10_000);
  expect((await api.call("POST", post)).status).toBe(200);
});
