import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import { expect, test } from "vitest";
import { type Box, startBox } from "./box.ts";
import { credentials } from "./clients.ts";
import { FAILURES_PATH } from "./services/api-gateway.ts";

const body = JSON.stringify({ v: 1, type: "failures", posts: [] });

interface Signing {
  service?: string;
  region?: string;
  secretAccessKey?: string;
  /** Ms by which the signer's clock is wrong. */
  wrongBy?: number;
}

async function signed(box: Box, { wrongBy = 0, ...given }: Signing = {}): Promise<Record<string, string>> {
  const { host, hostname } = new URL(box.url);
  const { service = "execute-api", region = box.homeRegion, ...key } = given;
  const signer = new SignatureV4({
    service,
    region,
    credentials: { ...credentials, ...key },
    sha256: Sha256,
  });
  const headers = { host, "content-type": "application/json" };
  const request = { method: "POST", protocol: "http:", hostname, path: FAILURES_PATH, headers, body };
  return (await signer.sign(request, { signingDate: new Date(box.clock.now() + wrongBy) })).headers;
}

async function withQueue(): Promise<Box> {
  const box = await startBox();
  box.sqs.create({ region: box.homeRegion, name: "failures" });
  return box;
}

const post = (box: Box, headers: Record<string, string>, text = body): Promise<Response> =>
  fetch(box.url + FAILURES_PATH, { method: "POST", headers, body: text });
const bodies = (box: Box): string[] =>
  box.sqs.queue(box.homeRegion, "failures").messages.map((message) => message.body);

test("a signed post is a message", async () => {
  await using box = await withQueue();
  expect((await post(box, await signed(box))).status).toBe(200);
  expect(bodies(box)).toEqual([body]);
  expect(box.calls()).toMatchObject([
    { service: "execute-api", action: "Invoke", region: "eu-central-1", performed: true },
  ]);
});

test.each<[string, Signing]>([
  ["for another service", { service: "sqs" }],
  ["for another region", { region: "us-east-1" }],
  ["with another key", { secretAccessKey: "guessed" }],
  ["an hour ago", { wrongBy: -3_600_000 }],
])("signed %s: refused", async (_name, signing) => {
  await using box = await withQueue();
  expect((await post(box, await signed(box, signing))).status).toBe(403);
  expect(bodies(box)).toEqual([]);
});

test("unsigned, or with another body than was signed: refused", async () => {
  await using box = await withQueue();
  expect((await post(box, {})).status).toBe(403);
  expect((await post(box, await signed(box), `${body} `)).status).toBe(403);
  expect(bodies(box)).toEqual([]);
});

test("its faults are HTTP's", async () => {
  await using box = await withQueue();
  box.faults.add({ service: "execute-api" }, "throttled", { times: 1 });
  box.faults.add({ service: "execute-api" }, "broken", { after: 1, times: 1 });
  expect((await post(box, await signed(box))).status).toBe(429);
  expect((await post(box, await signed(box))).status).toBe(503);
});
