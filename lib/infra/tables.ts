import { RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from "aws-cdk-lib/aws-dynamodb";
import type { Construct } from "constructs";
import { type IndexShape, type TableName, type TableShape, tables } from "../adapters/dynamodb/tables.ts";
import type { Deployment } from "../core/deployment/settings.ts";
import { acknowledge } from "./acknowledged.ts";
import { tableName } from "./names.ts";

export type TableOptions = Pick<Deployment, "removal" | "warmTicks">;

const text = (name: string) => ({ name, type: AttributeType.STRING });

const toIndex = ({ name, partitionKey, sortKey, projection }: IndexShape) => ({
  indexName: name,
  partitionKey: text(partitionKey),
  sortKey: text(sortKey),
  projectionType: projection === "ALL" ? ProjectionType.ALL : ProjectionType.KEYS_ONLY,
});

function makeTable(scope: Construct, name: TableName, shape: TableShape, options: TableOptions): Table {
  const retain = options.removal === "retain";
  const warm = name === "ticks" ? options.warmTicks : undefined;
  const table = new Table(scope, `${name}Table`, {
    tableName: tableName(name),
    partitionKey: text(shape.partitionKey),
    sortKey: text(shape.sortKey),
    billingMode: BillingMode.PAY_PER_REQUEST,
    encryption: TableEncryption.DEFAULT,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: shape.pointInTimeRecovery },
    removalPolicy: retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    deletionProtection: retain,
    ...(shape.ttl === undefined ? {} : { timeToLiveAttribute: shape.ttl }),
    ...(warm === undefined
      ? {}
      : { warmThroughput: { readUnitsPerSecond: warm.reads, writeUnitsPerSecond: warm.writes } }),
  });
  if (!shape.pointInTimeRecovery) acknowledge(table, "AwsSolutions::AwsSolutions-DDB3");
  for (const index of shape.indexes) table.addGlobalSecondaryIndex(toIndex(index));
  return table;
}

/** The tables as lib/adapters/dynamodb/tables.ts describes them, on demand, encrypted with DynamoDB's own key. */
export function makeTables(scope: Construct, options: TableOptions): Record<TableName, Table> {
  return {
    config: makeTable(scope, "config", tables.config, options),
    alerts: makeTable(scope, "alerts", tables.alerts, options),
    ticks: makeTable(scope, "ticks", tables.ticks, options),
    history: makeTable(scope, "history", tables.history, options),
  };
}
