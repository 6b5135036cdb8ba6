import { CreateTableCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
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

/** Makes every table, as a deployment would, in a stand-in that has it ready at once. */
export async function createTables(client: DynamoDBClient, names: TableNames): Promise<void> {
  const { config, alerts, ticks, history } = tables;
  await client.send(createCommand(names.config, config));
  await client.send(createCommand(names.alerts, alerts));
  await client.send(createCommand(names.ticks, ticks));
  await client.send(createCommand(names.history, history));
}
