/**
 * Fault 9: policies allow what is needed, and nothing else. Every installation in these tests refuses what a synthesized
 * policy doesn't allow, and ends with an error when anything was; here every allow is used.
 */
import { expect, test } from "vitest";
import { serve } from "../../../lib/adapters/http/serve.ts";
import { hashToken } from "../../../lib/adapters/token/token.ts";
import { systemClock } from "../../support/system-clock.ts";
import { REGIONS } from "./support/contexts.ts";
import { incidentsOf } from "./support/expectations.ts";
import { type Installation, install, MINUTE, ORG } from "./support/installation.ts";

const HOUR = 60 * MINUTE;
const TOKEN = `vg_${"T".repeat(43)}`;

/** Asks the api function as API Gateway would. */
async function withApi(vigie: Installation, use: (ask: Ask) => Promise<void>): Promise<void> {
  await vigie.stores.tokens.create(hashToken(TOKEN), { org: ORG, name: "test", createdAt: 0 });
  const host = await serve({
    async handler(event) {
      const { outcome } = await vigie.function("api").invoke(event);
      if (outcome.kind !== "answered") throw new Error(JSON.stringify(outcome));
      return outcome.payload;
    },
    host: "127.0.0.1",
    port: 0,
    clock: systemClock,
    newId: () => "request",
    onFault() {
      // a function that dies is a 500, as it is told to the caller
    },
  });
  const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
  try {
    await use(async (method, path, body, more = {}) => {
      const answer = await fetch(host.url + path, {
        method,
        headers: { ...headers, ...more },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { status: answer.status, etag: answer.headers.get("etag") ?? "", text: await answer.text() };
    });
  } finally {
    await host.close();
  }
}

type Ask = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<{ status: number; etag: string; text: string }>;

/** Ticks that come twice, a home that takes nothing for a minute, answers that get lost: what is needed only then. */
async function hardMinutes(vigie: Installation): Promise<void> {
  const { box, internet } = vigie;
  internet.set("fails", { sites: ["shop"] });
  box.faults.add({ function: "vigie-failure", action: "UpdateItem" }, "reset-after", { times: 1 });
  await vigie.minutes(2);
  await vigie.tick();
  // a warm environment knows what it wrote
  for (const region of REGIONS)
    for (const name of ["probe", "probe-slow"] as const) await vigie.function(name, region).chill();
  await vigie.tickAgain();
  const away = [
    box.faults.add({ service: "execute-api" }, "broken"),
    box.faults.add({ action: "PutItem", resource: "table/vigie-ticks" }, "throttled"),
    box.faults.add({ service: "influxdb" }, "broken"),
    box.faults.add({ action: "WriteRecords" }, "broken"),
  ];
  await vigie.minutes(1);
  for (const fault of away) fault.end();
  for (const from of REGIONS)
    box.faults.add({ function: "vigie-forward", from, action: "PutItem" }, "reset-after", { times: 1 });
  await vigie.settle(3 * MINUTE);
  internet.set("well");
  box.faults.add({ function: "vigie-watchdog", action: "UpdateItem" }, "reset-after", { times: 1 });
  await vigie.minutes(3);
}

const READ = [
  "/v1/endpoints",
  "/v1/endpoints/new",
  "/v1/endpoints/shop/stats",
  "/v1/incidents",
  "/v1/messages",
];

/** Everything that can be asked, and a deletion that dies before it gives its place in the shard back. */
async function administer(vigie: Installation, ask: Ask): Promise<void> {
  const { box, internet } = vigie;
  const url = internet.site("new");
  const { etag } = await ask("POST", "/v1/endpoints", { id: "new", url });
  for (const path of READ) expect(await ask("GET", path), path).toMatchObject({ status: 200 });
  const [incident] = await incidentsOf(vigie);
  expect(await ask("GET", `/v1/incidents/${incident?.id}`)).toMatchObject({ status: 200 });
  expect(await ask("POST", "/v1/test-alert")).toMatchObject({ status: 200 });
  expect(
    await ask("PUT", "/v1/endpoints/new", { id: "new", url, name: "New" }, { "if-match": etag }),
  ).toMatchObject({ status: 200 });
  const here = { id: "here", url, regions: [REGIONS[0], REGIONS[1]] };
  expect(await ask("POST", "/v1/endpoints", here)).toMatchObject({ status: 201 });
  const shop = await ask("GET", "/v1/endpoints/shop");
  expect(await ask("DELETE", "/v1/endpoints/shop", undefined, { "if-match": shop.etag })).toMatchObject({
    status: 204,
  });
  const blog = await ask("GET", "/v1/endpoints/blog");
  box.faults.add({ function: "vigie-api", action: "DeleteItem" }, "kill-after", { times: 1 });
  expect(await ask("DELETE", "/v1/endpoints/blog", undefined, { "if-match": blog.etag })).toMatchObject({
    status: 500,
  });
}

test("every allow of every function is used", async () => {
  await using vigie = await install({ context: "sinks" });
  const { box } = vigie;
  await vigie.watch(
    { id: "shop", retries: 0 },
    { id: "blog", retries: 0 },
    { id: "quick", interval: "10s", retries: 0 },
    { id: "lazy", interval: "5m", retries: 0 },
  );
  await vigie.minutes(2);
  await hardMinutes(vigie);
  await withApi(vigie, (ask) => administer(vigie, ask));
  box.clock.advance(2 * HOUR);
  await vigie.rollup();
  await vigie.settle(HOUR);
  const unused = box.guard.allows().filter(({ used }) => !used);
  expect(unused.map(({ function: name, sid, action }) => `${name} ${sid} ${action}`)).toEqual([]);
});
