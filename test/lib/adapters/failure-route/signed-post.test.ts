import { expect, onTestFinished, test } from "vitest";
import { makeSignedPost, type SignedPost } from "../../../../lib/adapters/failure-route/signed-post.ts";
import { Unavailable, VigieError } from "../../../../lib/core/errors.ts";
import type { Clock } from "../../../../lib/core/ports.ts";
import { answer, type Behaviour, loopback } from "../../../support/loopback.ts";
import { recordingClock } from "../../../support/recording-clock.ts";
import { readRequest, signatureOf } from "../../../support/sigv4.ts";
import { T0 } from "./posts.ts";

const SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

const postTo = (host: string, clock: Clock, tryMs = 2_000): SignedPost =>
  makeSignedPost({
    url: `http://${host}/internal/failures`,
    region: "eu-central-1",
    credentials: async () => ({ accessKeyId: "AKIDEXAMPLE", secretAccessKey: SECRET, sessionToken: "token" }),
    clock,
    tryMs,
  });

async function world(behaviour: Behaviour, tryMs?: number) {
  const server = await loopback(behaviour);
  onTestFinished(() => server.close());
  const clock = recordingClock(T0);
  return { server, clock, post: postTo(server.host, clock, tryMs) };
}

const ok = answer("{}");

/** What a post threw. */
const thrownBy = (post: Promise<void>): Promise<unknown> =>
  post.then(
    () => null,
    (error: unknown) => error,
  );

test("a post is signed for the API in home's region, its body included", async () => {
  const { server, post } = await world({ onRequest: (socket) => socket.end(ok) });
  await post('{"name":"Zürich"}');
  const request = readRequest(server.received[0] ?? "");
  expect(request).toMatchObject({ method: "POST", path: "/internal/failures", body: '{"name":"Zürich"}' });
  expect(request.headers["x-amz-security-token"]).toBe("token");
  const signature = signatureOf(request, SECRET);
  expect(signature).toMatchObject({
    accessKeyId: "AKIDEXAMPLE",
    scope: "20261120/eu-central-1/execute-api/aws4_request",
    valid: true,
  });
  expect(signature.signedHeaders).toEqual(
    expect.arrayContaining(["host", "content-type", "x-amz-date", "x-amz-security-token"]),
  );
  expect(signatureOf({ ...request, body: "{}" }, SECRET).valid).toBe(false);
  expect(signatureOf(request, "another").valid).toBe(false);
});

test("posts that follow each other share a connection", async () => {
  const { server, post } = await world({
    onConnection: (socket) => socket.on("data", () => socket.write(ok)),
  });
  await post("1");
  await post("2");
  await post("3");
  expect(server.connections()).toBe(1);
});

test("a kept connection that died is replaced: nothing is lost and nobody notices", async () => {
  let requests = 0;
  const { server, post, clock } = await world({
    onConnection: (socket) =>
      socket.on("data", () => (++requests === 2 ? socket.resetAndDestroy() : socket.write(ok))),
  });
  await post("1");
  await post("2");
  expect([requests, server.connections()]).toEqual([3, 2]);
  expect(clock.slept).toEqual([200]);
});

test.each([500, 502, 503, 504, 429, 408])("%i is tried once more", async (status) => {
  const { server, post } = await world({
    onRequest: (socket, _request, index) => socket.end(index === 0 ? answer("", {}, status) : ok),
  });
  await post("{}");
  expect(server.connections()).toBe(2);
});

test.each<[string, Behaviour, string]>([
  ["fails", { onRequest: (socket) => socket.end(answer("", {}, 503)) }, "it answered 503"],
  ["resets", { onRequest: (socket) => socket.resetAndDestroy() }, "no answer (ECONNRESET)"],
  ["says nothing", {}, "no answer (it took too long)"],
  ["speaks no HTTP", { onRequest: (socket) => socket.end("hello") }, "no answer (HPE_INVALID_CONSTANT)"],
])("home that %s twice is out of reach", async (_, behaviour, reason) => {
  const { server, post } = await world(behaviour, 200);
  const thrown = await thrownBy(post("{}"));
  expect(thrown).toBeInstanceOf(Unavailable);
  expect(String(thrown)).toContain(`Home took no failures: ${reason}.`);
  expect(server.connections()).toBe(2);
});

test("a home that is not there is out of reach", async () => {
  const gone = await loopback({});
  await gone.close();
  await expect(postTo(gone.host, recordingClock(T0))("{}")).rejects.toThrow("ECONNREFUSED");
});

test.each([400, 403, 404, 413])("%i is not asked again, and says what to look at", async (status) => {
  const { server, post } = await world({ onRequest: (socket) => socket.end(answer("", {}, status)) });
  const thrown = await thrownBy(post("{}"));
  expect(thrown).toBeInstanceOf(VigieError);
  expect(thrown).toMatchObject({
    code: "home_refused",
    message: expect.stringContaining(`answered ${status}`),
  });
  expect(server.connections()).toBe(1);
});

test("a body of the answer that never ends holds nobody up", async () => {
  const { post } = await world({
    onRequest: (socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhal"),
  });
  await post("{}");
});
