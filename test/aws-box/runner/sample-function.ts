/** A function under the runner's own tests: does what its event says. */
import { connect } from "node:net";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import type { Context, SQSEvent } from "aws-lambda";

interface SampleEvent {
  do: "answer" | "throw" | "hang" | "exit" | "call" | "connect";
  host?: string;
  port?: number;
}

let invocations = 0;
const client = new DynamoDBClient({ region: process.env["TABLE_REGION"] ?? "" });

const reach = (host = "", port = 0): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port }, () => resolve(socket.remoteAddress ?? ""));
    socket.on("error", reject).unref();
  });

async function act(event: SampleEvent, context: Context): Promise<unknown> {
  invocations++;
  if (event.do === "throw") throw new TypeError("as told");
  if (event.do === "hang") return new Promise(() => {});
  if (event.do === "exit") process.exit(3);
  if (event.do === "call") return (await client.send(new ListTablesCommand({}))).TableNames;
  if (event.do === "connect") return reach(event.host, event.port);
  process.stdout.write("answering\n");
  return {
    invocations,
    now: Date.now(),
    date: new Date().toISOString(),
    remainingMs: context.getRemainingTimeInMillis(),
    environment: Object.keys(process.env).toSorted(),
  };
}

/** Messages whose body is `bad` fail, `worse` throws. */
function ofQueue({ Records }: SQSEvent): unknown {
  if (Records.some(({ body }) => body === "worse")) throw new Error("worse");
  const failed = Records.filter(({ body }) => body === "bad");
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

export async function handler(event: SampleEvent | SQSEvent, context: Context): Promise<unknown> {
  return "Records" in event ? ofQueue(event) : act(event, context);
}
