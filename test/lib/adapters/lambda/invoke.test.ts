import { expect, onTestFinished, test } from "vitest";
import { makeInvoke } from "../../../../lib/adapters/lambda/invoke.ts";
import { Unavailable } from "../../../../lib/core/errors.ts";
import { answer, type Behaviour, loopback } from "../../../support/loopback.ts";
import { recordingClock } from "../../../support/recording-clock.ts";
import { readRequest, signatureOf } from "../../../support/sigv4.ts";

const T0 = Date.UTC(2026, 10, 20, 12);
const SECRET = "secret";

async function world(behaviour: Behaviour, tryMs = 2_000) {
  const server = await loopback(behaviour);
  onTestFinished(() => server.close());
  const clock = recordingClock(T0);
  const invoke = makeInvoke({
    functionName: "vigie-probe",
    region: "eu-west-1",
    endpoint: `http://${server.host}`,
    credentials: async () => ({ accessKeyId: "AKIDEXAMPLE", secretAccessKey: SECRET }),
    clock,
    tryMs,
  });
  return { server, clock, invoke };
}

const accepted = answer("", {}, 202);

test("the event is handed over, signed, and nobody waits for what becomes of it", async () => {
  const { server, invoke } = await world({ onRequest: (socket) => socket.end(accepted) });
  await invoke({ shard: "m0" });
  const request = readRequest(server.received[0] ?? "");
  expect(request).toMatchObject({
    method: "POST",
    path: "/2015-03-31/functions/vigie-probe/invocations",
    body: '{"shard":"m0"}',
  });
  expect(request.headers["x-amz-invocation-type"]).toBe("Event");
  expect(signatureOf(request, SECRET)).toMatchObject({
    scope: "20261120/eu-west-1/lambda/aws4_request",
    valid: true,
  });
});

test.each<[string, Behaviour]>([
  ["throttles", { onRequest: (socket) => socket.end(answer("", {}, 429)) }],
  ["fails", { onRequest: (socket) => socket.end(answer("", {}, 500)) }],
  ["resets", { onRequest: (socket) => socket.resetAndDestroy() }],
  ["says nothing", {}],
])("a Lambda that %s is tried three times and may take it later", async (_, behaviour) => {
  const { server, clock, invoke } = await world(behaviour, 200);
  await expect(invoke({})).rejects.toBeInstanceOf(Unavailable);
  expect([server.connections(), clock.slept]).toEqual([3, [150, 500]]);
});

test("one that takes it in the end has it", async () => {
  const { server, invoke } = await world({
    onRequest: (socket, _request, index) => socket.end(index < 2 ? answer("", {}, 503) : accepted),
  });
  await invoke({});
  expect(server.connections()).toBe(3);
});

test("a missing function is not asked for again", async () => {
  const { server, invoke } = await world({ onRequest: (socket) => socket.end(answer("", {}, 404)) });
  await expect(invoke({})).rejects.toMatchObject({
    code: "aws_refused",
    message: "The function vigie-probe could not be started: it answered 404.",
  });
  expect(server.connections()).toBe(1);
});
