import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, expect, test } from "vitest";
import { makeInvoke } from "../../../../lib/adapters/lambda/invoke.ts";
import { Unavailable } from "../../../../lib/core/errors.ts";

const lambda = mockClient(LambdaClient);
beforeEach(() => {
  lambda.reset();
});

const invoke = makeInvoke({ client: new LambdaClient({ region: "eu-west-1" }), functionName: "probe" });

test("the event is handed over and nobody waits for what becomes of it", async () => {
  lambda.on(InvokeCommand).resolves({ StatusCode: 202 });
  await invoke({ shard: "m0" });
  expect(lambda.commandCalls(InvokeCommand)[0]?.args[0].input).toEqual({
    FunctionName: "probe",
    InvocationType: "Event",
    Payload: '{"shard":"m0"}',
  });
});

test("a throttled Lambda may take it later; a missing function will not", async () => {
  const failing = (name: string, httpStatusCode: number) =>
    Object.assign(new Error("no"), { name, $metadata: { httpStatusCode } });
  lambda
    .on(InvokeCommand)
    .rejectsOnce(failing("TooManyRequestsException", 429))
    .rejects(failing("ResourceNotFoundException", 404));
  await expect(invoke({})).rejects.toBeInstanceOf(Unavailable);
  await expect(invoke({})).rejects.toMatchObject({
    code: "aws_refused",
    message: "The function probe could not be started (ResourceNotFoundException, status 404).",
  });
});
