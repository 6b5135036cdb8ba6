import { once } from "node:events";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { afterAll } from "vitest";
import type { TableNames } from "../../lib/adapters/dynamodb/tables.ts";
import { createTables } from "./dynamo-tables.ts";

/** A call on its way. `send` sends it, perhaps with another input, and answers with its output. */
export interface Call {
  /** Such as `PutItemCommand`. */
  name: string;
  input: Record<string, unknown>;
  send(input?: Record<string, unknown>): Promise<object>;
}

/** Stands before every call of a client: delays it, changes it, fails it, or answers it by itself. */
export type Intercept = (call: Call) => Promise<object>;

/** DynamoDB in this process, in memory, spoken to over HTTP. */
export interface LocalDynamo {
  /** A client of its own, which tries once unless told otherwise: what fails is seen at once, and nothing waits. */
  client(intercept?: Intercept, tries?: number): DynamoDBClient;
  /** Four empty tables that nobody else uses. */
  freshTables(): Promise<TableNames>;
  /** While true, connections are reset instead of being answered. */
  refuse(refusing: boolean): void;
  /** The next request is carried out, and its connection reset instead of being answered. */
  loseAnswer(): void;
}

function standBefore(client: DynamoDBClient, intercept: Intercept): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const send = async (input: object = args.input) => {
        // whoever changes the input keeps to the command's
        const result = await next({ ...args, input: input as typeof args.input });
        return result.output;
      };
      // every command's input is an object with string keys
      const input = args.input as unknown as Record<string, unknown>;
      const output = await intercept({ name: context.commandName ?? "", input, send });
      return { response: {}, output: output as Awaited<ReturnType<typeof next>>["output"] }; // the command's
    },
    { step: "initialize" },
  );
}

/** Started for a test file; ends with it. */
export async function startLocalDynamo(): Promise<LocalDynamo> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  const [answer] = server.listeners("request");
  let refusing = false;
  let losing = false;
  server.removeAllListeners("request");
  server.on("request", (request, response) => {
    if (refusing) return void request.socket.destroy();
    if (losing) {
      losing = false;
      response.end = () => {
        request.socket.destroy();
        return response;
      };
    }
    answer?.call(server, request, response);
  });
  server.keepAliveTimeout = 600_000; // longer than any pause of a test: else both sides may let go at once
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("a TCP server has a TCP address");
  const endpoint = `http://127.0.0.1:${address.port}`;

  const clients: DynamoDBClient[] = [];
  function client(intercept?: Intercept, tries = 1): DynamoDBClient {
    const made = new DynamoDBClient({
      endpoint,
      region: "eu-west-3",
      maxAttempts: tries,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    if (intercept !== undefined) standBefore(made, intercept);
    clients.push(made);
    return made;
  }

  afterAll(async () => {
    for (const made of clients) made.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const admin = client();
  let made = 0;
  return {
    client,
    async freshTables() {
      made += 1;
      const names: TableNames = {
        config: `config-${made}`,
        alerts: `alerts-${made}`,
        ticks: `ticks-${made}`,
        history: `history-${made}`,
      };
      await createTables(admin, names);
      return names;
    },
    refuse(now) {
      refusing = now;
    },
    loseAnswer() {
      losing = true;
    },
  };
}
