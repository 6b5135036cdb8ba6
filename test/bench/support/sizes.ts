/** Bytes of what is written and sent, by the code that writes and sends it. */
import { once } from "node:events";
import { createServer } from "node:https";
import type { Socket } from "node:net";
import { bytes, type Item } from "../../../lib/adapters/dynamodb/item.ts";
import { pack } from "../../../lib/adapters/dynamodb/pack.ts";
import { itemOf } from "../../../lib/adapters/dynamodb/schema.ts";
import { blobsOf, tickItem } from "../../../lib/adapters/dynamodb/tick-item.ts";
import { writeCalls } from "../../../lib/adapters/timestream/calls.ts";
import { bareEndpoint } from "../../../lib/core/endpoint/bare.ts";
import { BUCKET_MS, bucketStart } from "../../../lib/core/history/bucket.ts";
import { addRecords, type HourTallies, hourBucket } from "../../../lib/core/history/roll.ts";
import { probed } from "../../lib/adapters/dynamodb/probed.ts";
import { certificate } from "../../support/certificates.ts";
import { checkerOf, endpointOf } from "../../support/checks.ts";
import type { Measured } from "./cost-model.ts";
import { endpointItem } from "./seed.ts";

const RETENTION_MS = 48 * BUCKET_MS.hour;
const MINUTE = 60_000;
const RECORDS_A_CALL = 100;

/** As DynamoDB counts an item: names and values; a number takes a byte for two digits, and one. */
function itemBytes(item: Item): number {
  const sizes = Object.entries(item).map(([name, { S, N, B, SS }]) => {
    const texts = [S ?? [], SS ?? []].flat().reduce((sum, one) => sum + Buffer.byteLength(one), 0);
    return name.length + texts + (B?.length ?? 0) + (N === undefined ? 0 : 1 + Math.ceil(N.length / 2)) + 1;
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Of a tick's item with so many records that succeeded. */
function tickBytes(records: number): number {
  const [first, ...rest] = blobsOf(probed(Math.max(1, records)));
  if (first === undefined || rest.length > 0) throw new RangeError("A tick of ok records is one item.");
  const slot = {
    shard: "minutes-1",
    lane: "main",
    region: "ap-southeast-1",
    scheduledAt: Date.now(),
  } as const;
  return itemBytes(tickItem(slot, 0, first, RETENTION_MS));
}

/** Of an hour with a record every minute. */
function bucketBytes(): number {
  const start = bucketStart("hour", Date.now());
  const tallies: HourTallies = new Map();
  const records = Array.from({ length: 60 }, (_, i) =>
    probed(1, i).map((one) => ({ ...one, endpointId: "shop", scheduledAt: start + i * MINUTE })),
  );
  addRecords(tallies, records.flat(), () => 500);
  const [tally] = tallies.values();
  if (tally === undefined) throw new RangeError("An hour of records makes a bucket.");
  const key = { pk: "H#default/shop#hour", sk: "000001800000000000#ap-southeast-1" };
  return itemBytes(itemOf(key, { body: bytes(pack(hourBucket(start, tally))) }));
}

const endpointBytes = (): number =>
  itemBytes(
    endpointItem(
      bareEndpoint("checkout-1", "https://www.example.com/checkout?from=cart", { org: "default" }),
      "minutes-1",
    ),
  );

/** What a check sends over TCP, counted by the server. */
async function bytesOutPerCheck(): Promise<number> {
  const server = createServer(certificate("good"), (_, response) => response.end("ok"));
  const ended = new Promise<number>((resolve) =>
    server.on("connection", (socket: Socket) => socket.once("close", () => resolve(socket.bytesRead))),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("a TCP server has a TCP address");
  const checker = checkerOf();
  const { outcome } = await checker.check(endpointOf(`https://e1.vigie.test:${address.port}/`));
  checker.close();
  const sent = await ended;
  server.close();
  if (outcome !== "ok") throw new Error(outcome.message);
  return sent;
}

/** As Timestream counts a record: names of dimensions and measures, and values, each number 8 bytes. */
function timestreamBytes(): number {
  const calls = writeCalls(probed(RECORDS_A_CALL));
  const texts = (pairs: readonly { Name?: string | undefined; Value?: string | undefined }[] = []) =>
    pairs.reduce((sum, { Name = "", Value = "" }) => sum + Name.length + Value.length, 0);
  const total = calls
    .flatMap(({ request: { CommonAttributes, Records = [] } }) =>
      [CommonAttributes ?? {}, ...Records].map(
        ({ Dimensions, MeasureName = "", MeasureValues = [] }) =>
          texts(Dimensions) +
          MeasureName.length +
          MeasureValues.reduce(
            (sum, { Name = "", Type, Value = "" }) =>
              sum + Name.length + (Type === "VARCHAR" ? Value.length : 8),
            8,
          ),
      ),
    )
    .reduce((sum, size) => sum + size, 0);
  return total / RECORDS_A_CALL;
}

const READ_UNIT = 4_096;

/** Everything whose size costs something. */
export async function sizesOf(): Promise<
  Pick<
    Measured,
    "bucketBytes" | "bytesOutPerCheck" | "endpointBytes" | "listUnits" | "tickBytes" | "timestreamBytes"
  >
> {
  const endpoint = endpointBytes();
  return {
    tickBytes,
    bucketBytes: bucketBytes(),
    // in the table and in the index of its shard
    endpointBytes: 2 * endpoint,
    listUnits: (endpoints) => Math.ceil((endpoints * endpoint) / READ_UNIT) / 2,
    bytesOutPerCheck: await bytesOutPerCheck(),
    timestreamBytes: timestreamBytes(),
  };
}
