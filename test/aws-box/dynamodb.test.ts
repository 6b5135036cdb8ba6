import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { createTables } from "../support/dynamo-tables.ts";
import { startBox } from "./box.ts";
import { clientsOf } from "./clients.ts";
import { dynamodbAt, tableNames } from "./tables.ts";

const item = (sk: string) => ({ pk: { S: "p" }, sk: { S: sk } });

async function withTables() {
  const box = await startBox();
  await createTables(dynamodbAt(box.dynamodb.url, box.homeRegion), tableNames);
  return { box, client: clientsOf(box).dynamodb };
}

test("the tables are there with their indexes, and conditions hold", async () => {
  const { box, client } = await withTables();
  await using _ = box;
  const put = () =>
    client.send(
      new PutItemCommand({
        TableName: tableNames.config,
        Item: { ...item("a"), shard: { S: "s1" }, shardSk: { S: "default#a" } },
        ConditionExpression: "attribute_not_exists(pk)",
      }),
    );
  await put();
  await expect(put()).rejects.toMatchObject({ name: "ConditionalCheckFailedException" });
  const { Items } = await client.send(
    new QueryCommand({
      TableName: tableNames.config,
      IndexName: "byShard",
      KeyConditionExpression: "#shard = :s",
      ExpressionAttributeNames: { "#shard": "shard" },
      ExpressionAttributeValues: { ":s": { S: "s1" } },
    }),
  );
  expect(Items).toHaveLength(1);
  expect(box.calls().map(({ action, resources }) => [action, resources])).toEqual([
    ["PutItem", ["arn:aws:dynamodb:eu-central-1:111122223333:table/vigie-config"]],
    ["PutItem", ["arn:aws:dynamodb:eu-central-1:111122223333:table/vigie-config"]],
    ["Query", ["arn:aws:dynamodb:eu-central-1:111122223333:table/vigie-config/index/byShard"]],
  ]);
});

test("batches half-fail: what was not done is answered", async () => {
  const { box, client } = await withTables();
  await using _ = box;
  box.faults.add({ service: "dynamodb" }, "half", { times: 2 });
  const table = tableNames.ticks;
  const writes = ["a", "b", "c"].map((sk) => ({ PutRequest: { Item: item(sk) } }));
  const { UnprocessedItems } = await client.send(
    new BatchWriteItemCommand({ RequestItems: { [table]: writes } }),
  );
  expect(UnprocessedItems).toEqual({ [table]: [{ PutRequest: { Item: item("b") } }] });
  const keys = { [table]: { Keys: [item("a"), item("b"), item("c")], ConsistentRead: true } };
  const half = await client.send(new BatchGetItemCommand({ RequestItems: keys }));
  expect(half.Responses?.[table]).toHaveLength(2);
  expect(half.UnprocessedKeys).toEqual({ [table]: { Keys: [item("b")], ConsistentRead: true } });
});

test("another region has no tables", async () => {
  const { box } = await withTables();
  await using _ = box;
  const get = new GetItemCommand({ TableName: tableNames.config, Key: item("a") });
  await expect(clientsOf(box, "us-east-1").dynamodb.send(get)).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
});
