import { RemovalPolicy } from "aws-cdk-lib";
import { CfnDatabase, CfnTable } from "aws-cdk-lib/aws-timestream";
import type { Construct } from "constructs";
import type { Deployment } from "../core/deployment/settings.ts";
import { acknowledge } from "./acknowledged.ts";
import { TIMESTREAM } from "./names.ts";

/** Timestream for LiveAnalytics, for accounts that have it. Late measurements go straight to the magnetic store. */
export function makeTimestream(scope: Construct, removal: Deployment["removal"]): void {
  const database = new CfnDatabase(scope, "TimestreamDatabase", { databaseName: TIMESTREAM.database });
  const table = new CfnTable(scope, "TimestreamTable", {
    databaseName: database.ref,
    tableName: TIMESTREAM.table,
    retentionProperties: {
      MemoryStoreRetentionPeriodInHours: "24",
      MagneticStoreRetentionPeriodInDays: "400",
    },
    magneticStoreWriteProperties: { EnableMagneticStoreWrites: true },
  });
  acknowledge(database, "AwsSolutions::AwsSolutions-TS3", "CloudFormation-Validate::W3697");
  acknowledge(table, "CloudFormation-Validate::W3697");
  const policy = removal === "retain" ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
  database.applyRemovalPolicy(policy);
  table.applyRemovalPolicy(policy);
}
