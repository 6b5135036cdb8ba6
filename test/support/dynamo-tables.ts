import { CreateTableCommand, DescribeTableCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type TableNames, type TableShape, tables } from "../../lib/adapters/dynamodb/tables.ts";

const schema = (partitionKey: string, sortKey: string) => [
  { AttributeName: partitionKey, KeyType: "HASH" as const },
  { AttributeName: sortKey, KeyType: "RANGE" as const },
];

function keyAttributes({ partitionKey, sortKey, indexes }: TableShape) {
  const names = indexes.flatMap((index) => [index.partitionKey, index.sortKey]);
  return [...new Set([partitionKey, sortKey, ...names])].map((name) => ({
    AttributeName: name,
    AttributeType: "S" as const,
  }));
}

function createCommand(name: string, shape: TableShape): CreateTableCommand {
  const indexes = shape.indexes.map((index) => ({
    IndexName: index.name,
    KeySchema: schema(index.partitionKey, index.sortKey),
    Projection: { ProjectionType: index.projection },
  }));
  return new CreateTableCommand({
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: schema(shape.partitionKey, shape.sortKey),
    AttributeDefinitions: keyAttributes(shape),
    ...(indexes.length === 0 ? {} : { GlobalSecondaryIndexes: indexes }),
  });
}

/** A stand-in has a table ready a few turns later: asking again is waiting enough. */
async function untilReady(client: DynamoDBClient, name: string): Promise<void> {
  for (;;) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
    const states = [
      Table?.TableStatus,
      ...(Table?.GlobalSecondaryIndexes ?? []).map((one) => one.IndexStatus),
    ];
    if (states.every((state) => state === "ACTIVE")) return;
  }
}

/** Makes every table, as a deployment would; they are ready when it resolves. */
export async function createTables(client: DynamoDBClient, names: TableNames): Promise<void> {
  const made = Object.entries(tables).map(([table, shape]) => ({
    name: names[table as keyof TableNames], // the keys of both are the same
    shape,
  }));
  for (const { name, shape } of made) await client.send(createCommand(name, shape));
  for (const { name } of made) await untilReady(client, name);
}
