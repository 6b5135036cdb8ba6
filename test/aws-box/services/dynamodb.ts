/** DynamoDB itself is dynalite, spoken to over HTTP; here are the batches that half-fail, and the region. */
import { once } from "node:events";
import { Agent, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { buffer } from "node:stream/consumers";
import type {
  BatchGetItemInput,
  BatchWriteItemInput,
  KeysAndAttributes,
  WriteRequest,
} from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { leadingKeysOf } from "../account/leading-keys.ts";
import { bodyOf, json, jsonError, targetOf } from "../protocols.ts";
import type { Ordered, StandIn } from "../stand-in.ts";
import { type Answer, arn, type BoxRequest, RefusedCall } from "../wire.ts";
import { asking, type Consumed, consumedBy } from "./consumed.ts";

export interface Dynamodb extends StandIn, AsyncDisposable {
  /** Of dynalite itself, past the box: for what a test prepares and looks at. */
  url: string;
  /** From now on the units of every call are noted in the list. */
  meter(into: Consumed[]): void;
}

interface TableRequest {
  TableName?: string;
  IndexName?: string;
  RequestItems?: Record<string, unknown>;
}

function resourcesOf({ TableName, IndexName, RequestItems }: TableRequest, region: string): string[] {
  const names = TableName === undefined ? Object.keys(RequestItems ?? {}) : [TableName];
  const index = IndexName === undefined ? "" : `/index/${IndexName}`;
  return names.map((name) => arn("dynamodb", region, `table/${name}${index}`));
}

/** Of every table's entries the first, third, ...; and what is left. */
function halves<T>(items: Record<string, T[]>): { done: Record<string, T[]>; left: Record<string, T[]> } {
  const pick = (wanted: number) =>
    Object.fromEntries(
      Object.entries(items)
        .map(([name, entries]) => [name, entries.filter((_, i) => i % 2 === wanted)] as const)
        .filter(([, entries]) => entries.length > 0),
    );
  return { done: pick(0), left: pick(1) };
}

const textOf = (answer: Answer): Record<string, unknown> => JSON.parse(answer.body.toString());

type Forward = (headers: IncomingHttpHeaders, body: string | Buffer) => Promise<Answer>;

async function halfWrite(request: Ordered, forward: Forward): Promise<Answer> {
  const { RequestItems = {} } = bodyOf<BatchWriteItemInput>(request);
  // both kinds of entries are the SDK's
  const { done, left } = halves(RequestItems as Record<string, WriteRequest[]>);
  const answer = await forward(request.headers, JSON.stringify({ RequestItems: done }));
  return answer.status === 200 ? json({ ...textOf(answer), UnprocessedItems: left }) : answer;
}

async function halfGet(request: Ordered, forward: Forward): Promise<Answer> {
  const { RequestItems = {} } = bodyOf<BatchGetItemInput>(request);
  const tables = Object.entries(RequestItems);
  const { done, left } = halves(Object.fromEntries(tables.map(([name, { Keys = [] }]) => [name, Keys])));
  const asked = (keys: typeof done): Record<string, KeysAndAttributes> =>
    Object.fromEntries(
      tables.flatMap(([name, rest]) =>
        keys[name] === undefined ? [] : [[name, { ...rest, Keys: keys[name] }]],
      ),
    );
  const answer = await forward(request.headers, JSON.stringify({ RequestItems: asked(done) }));
  return answer.status === 200 ? json({ ...textOf(answer), UnprocessedKeys: asked(left) }) : answer;
}

function makeForward(port: number, agent: Agent): Forward {
  return async (headers, body) => {
    const { connection: _, "content-length": __, expect: ___, ...kept } = headers;
    const outgoing = httpRequest({
      port,
      host: "127.0.0.1",
      method: "POST",
      path: "/",
      agent,
      headers: { ...kept, "content-length": Buffer.byteLength(body) },
    });
    outgoing.end(body);
    const [response] = await once(outgoing, "response");
    const {
      "content-type": type = "",
      "x-amz-crc32": crc = "",
      "x-amzn-requestid": id = "",
    } = response.headers;
    return {
      status: response.statusCode,
      headers: { "content-type": type, "x-amz-crc32": crc, "x-amzn-requestid": id },
      body: await buffer(response),
    };
  };
}

/** Tables live in one region; a request signed for another finds none, as in an account. */
export async function startDynamodb(region: string): Promise<Dynamodb> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("a TCP server has a TCP address");
  const agent = new Agent({ keepAlive: true });
  const forward = makeForward(address.port, agent);
  let meter: Consumed[] | null = null;

  async function forwardMetered(request: Ordered): Promise<Answer> {
    if (meter === null) return forward(request.headers, request.body);
    const answer = await forward(request.headers, asking(request.body));
    meter.push(consumedBy(request, answer));
    return answer;
  }

  async function perform(request: Ordered): Promise<Answer> {
    if (request.region !== region)
      throw new RefusedCall("ResourceNotFoundException", `Requested resource not found in ${request.region}`);
    if (request.half && request.target.action === "BatchWriteItem") return halfWrite(request, forward);
    if (request.half && request.target.action === "BatchGetItem") return halfGet(request, forward);
    return forwardMetered(request);
  }

  return {
    service: "dynamodb",
    url: `http://127.0.0.1:${address.port}`,
    meter: (into) => {
      meter = into;
    },
    recognise(request: BoxRequest) {
      const action = targetOf(request, "DynamoDB_20120810");
      if (action === null) return null;
      const resources = resourcesOf(bodyOf<TableRequest>(request), request.scope?.region ?? "");
      return { action, resources, leadingKeys: leadingKeysOf(bodyOf(request)) };
    },
    perform,
    refuse: jsonError("com.amazonaws.dynamodb.v20120810"),
    refusals: {
      throttled: {
        status: 400,
        code: "ProvisionedThroughputExceededException",
        message: "The level of configured provisioned throughput for the table was exceeded.",
      },
      broken: { status: 500, code: "InternalServerError", message: "The request processing has failed." },
    },
    async [Symbol.asyncDispose]() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
