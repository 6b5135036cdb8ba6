import { expect, test } from "vitest";
import { fixedAuth, type InfluxAuth, parseAuth, secretAuth } from "../../../../lib/adapters/influxdb/auth.ts";
import { type InfluxSinkOptions, makeInfluxSink } from "../../../../lib/adapters/influxdb/sink.ts";
import type { Rejected } from "../../../../lib/adapters/metrics/rejected.ts";
import { Unavailable } from "../../../../lib/core/errors.ts";
import { recordSample } from "../../../contract/samples.ts";
import { influxServer } from "../../../support/influx-server.ts";
import { answer, answering, loopback } from "../../../support/loopback.ts";
import { type Answered, moodyServer } from "../../../support/moody-server.ts";

function sinkTo(url: string, options: Partial<InfluxSinkOptions> = {}) {
  const rejected: Rejected[] = [];
  const onRejected = (some: readonly Rejected[]) => void rejected.push(...some);
  const sink = makeInfluxSink({
    url,
    database: "vigie",
    auth: fixedAuth(null),
    timeoutMs: 2_000,
    onRejected,
    ...options,
  });
  return { rejected, write: (count = 1) => sink.write(records(count)) };
}

const records = (count: number) =>
  Array.from({ length: count }, (_, i) => recordSample({ endpointId: `site-${i}` }));

const serverOf = (answered: Answered) =>
  moodyServer({ answer: () => answered, unavailable: answered, throttled: answered });

test("database and precision are in the query, with what the URL says besides", async () => {
  await using server = await influxServer();
  await sinkTo(`${server.url}/?rp=month`, { database: "web & co" }).write();
  expect(Object.fromEntries(server.asked[0]?.query ?? [])).toEqual({
    rp: "month",
    db: "web & co",
    precision: "ms",
  });
});

test("a path before /write is kept, as VictoriaMetrics and proxies want it", async () => {
  await using server = await serverOf({ status: 204 });
  await sinkTo(`${server.url}/insert/0/influx/`).write();
  expect(server.asked[0]?.path).toBe("/insert/0/influx/write");
});

const credentials: [auth: InfluxAuth, header: string][] = [
  [{ scheme: "Token", token: "t0ken" }, "Token t0ken"],
  [{ scheme: "Bearer", token: "t0ken" }, "Bearer t0ken"],
  [
    { scheme: "Basic", user: "vigie", password: "p:é" },
    `Basic ${Buffer.from("vigie:p:é").toString("base64")}`,
  ],
];

test.each(credentials)("$scheme", async (auth, header) => {
  await using server = await influxServer();
  await sinkTo(server.url, { auth: fixedAuth(auth) }).write();
  expect(server.asked[0]?.headers.authorization).toBe(header);
});

test("user and password may stand in the URL; without any nothing is sent", async () => {
  await using server = await influxServer();
  await sinkTo(server.url.replace("//", "//me:p%40ss@")).write();
  await sinkTo(server.url).write();
  expect(server.asked.map(({ headers }) => headers.authorization)).toEqual([
    `Basic ${Buffer.from("me:p@ss").toString("base64")}`,
    undefined,
  ]);
});

test.each([
  [401, /answered 401; check user, password or token/],
  [403, /may not write/],
  [404, /create the database/],
  [302, /redirects are not followed/],
  [500, /answered 500; engine is closed/],
])("what %i means is said, without any secret", async (status, message) => {
  await using server = await serverOf({
    status,
    body: '{"error":"engine is closed"}',
    headers: { location: "/x" },
  });
  const auth = { scheme: "Token", token: "hunter2" } as const;
  const failing = sinkTo(server.url, { auth: fixedAuth(auth) }).write();
  await expect(failing).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringMatching(message),
  });
  await expect(failing).rejects.not.toThrow(/hunter2/);
  expect(server.asked).toHaveLength(1);
});

test("nobody there is Unavailable, and says so", async () => {
  const server = await answering(answer(""));
  await server.close();
  await expect(sinkTo(`http://${server.host}`).write()).rejects.toThrow(
    /took no measurements: no answer \(ECONNREFUSED\)/,
  );
});

test("an endless answer is read up to a limit", async () => {
  const server = await loopback({
    onRequest(socket) {
      socket.write("HTTP/1.1 500 Oops\r\ntransfer-encoding: chunked\r\n\r\n");
      const more = () => {
        while (socket.writable && socket.write(`1000\r\n${"x".repeat(4096)}\r\n`));
      };
      socket.on("drain", more);
      more();
    },
  });
  const failing = sinkTo(`http://${server.host}`).write();
  await expect(failing).rejects.toMatchObject({ code: "unavailable" });
  await expect(failing).rejects.toThrow(/answered 500; x+…\.$/);
  await server.close();
});

test("a 400 that speaks of no line loses nothing: it is Unavailable", async () => {
  await using server = await serverOf({ status: 400, body: '{"error":"database is required"}' });
  const { write, rejected } = sinkTo(server.url);
  await expect(write(2)).rejects.toThrow(/database is required/);
  expect(rejected).toEqual([]);
});

test("when all points are too old, one request is enough to know", async () => {
  const body = '{"error":"partial write: points beyond retention policy dropped=40"}';
  await using server = await serverOf({ status: 400, body });
  const { write, rejected } = sinkTo(server.url);
  await write(40);
  expect(rejected).toHaveLength(40);
  expect(server.asked).toHaveLength(1);
});

test("a refusal without end costs a bounded number of requests", async () => {
  await using server = await serverOf({ status: 400, body: '{"error":"field type conflict"}' });
  const { write, rejected } = sinkTo(server.url);
  await write(500);
  expect(rejected).toHaveLength(500);
  expect(server.asked).toHaveLength(200);
  expect(rejected.at(-1)?.reason).toMatch(/too many others/);
});

test("what is too large for one request is sent in parts", async () => {
  let most = 0;
  await using server = await moodyServer({
    unavailable: { status: 503 },
    throttled: { status: 429 },
    answer: ({ body }) => {
      if (body.length > 400) return { status: 413 };
      most = Math.max(most, body.length);
      return { status: 204 };
    },
  });
  const { write, rejected } = sinkTo(server.url);
  await write(64);
  expect(rejected).toEqual([]);
  expect(most).toBeGreaterThan(0);
});

test("a line that is alone too large is refused", async () => {
  await using server = await serverOf({ status: 413 });
  const { write, rejected } = sinkTo(server.url);
  await write(2);
  expect(rejected.map(({ reason }) => reason)).toEqual(Array(2).fill("it is larger than a request may be"));
});

test("a sink for a URL that is none is refused at once", () => {
  expect(() => sinkTo("ftp://db.example")).toThrow(/not an http or https URL/);
});

test.each([
  ["t0ken\n", { scheme: "Token", token: "t0ken" }],
  ['{"token":"t0ken","scheme":"Bearer"}', { scheme: "Bearer", token: "t0ken" }],
  ['{"username":"me","password":"p","engine":"influxdb"}', { scheme: "Basic", user: "me", password: "p" }],
  ['{"user":"me","password":"p"}', { scheme: "Basic", user: "me", password: "p" }],
])("a secret may be %s", (text, auth) => {
  expect(parseAuth(text)).toEqual(auth);
});

test.each(["", "{", '{"tokn":"hunter2"}', "hunter2\nx"])(
  "a secret that is none is told without it: %j",
  (text) => {
    expect(() => parseAuth(text)).toThrow(
      /^The secret for InfluxDB is neither a token nor JSON with `token`/,
    );
  },
);

test("a secret is read once, and again after it was refused or could not be read", async () => {
  await using server = await moodyServer({
    unavailable: { status: 503 },
    throttled: { status: 429 },
    answer: ({ headers }) => ({ status: headers.authorization === "Token new" ? 204 : 401 }),
  });
  let secret = "old";
  let reads = 0;
  const auth = secretAuth(async () => {
    reads++;
    if (reads === 1) throw new Unavailable("Secrets Manager is away.");
    return secret;
  });
  const { write } = sinkTo(server.url, { auth });
  await expect(write()).rejects.toThrow(/Secrets Manager/);
  await expect(write()).rejects.toThrow(/answered 401/);
  secret = "new";
  await write();
  await write();
  expect(reads).toBe(3);
});
