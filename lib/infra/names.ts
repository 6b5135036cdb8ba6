import { Aws } from "aws-cdk-lib";
import type { TableName } from "../adapters/dynamodb/tables.ts";

/**
 * Names that another region's stack or a person has to know without asking. They are fixed, so an account holds one
 * deployment per home region. Everything else is named by CloudFormation.
 */
export const HOME_STACK = "VigieHome";
export const probeStack = (region: string): string => `VigieProbe-${region}`;

/** Output of the home stack: the id of its HTTP API. */
export const API_ID = "ApiId";

export const FAILURES_PATH = "/internal/failures";
export const HEALTH_PATH = "/healthz";
export const FAILURES_ROUTE = `POST ${FAILURES_PATH}`;

export const tableName = (table: TableName): string => `vigie-${table}`;

/** `probe-slow` runs the probe's bundle. */
export type DeployedFunction =
  | "api"
  | "dispatch"
  | "failure"
  | "forward"
  | "probe"
  | "probe-slow"
  | "replay"
  | "rollup"
  | "watchdog";

export const functionName = (name: DeployedFunction): string => `vigie-${name}`;

export const topicName = (org: string): string => `vigie-${org}`;

/** Timestream's database and table in the home region. */
export const TIMESTREAM = { database: "vigie", table: "checks" } as const;

export const arnOf = (service: string, region: string, resource: string): string =>
  `arn:${Aws.PARTITION}:${service}:${region}:${Aws.ACCOUNT_ID}:${resource}`;

export const tableArn = (region: string, table: TableName): string =>
  arnOf("dynamodb", region, `table/${tableName(table)}`);

export const indexArn = (region: string, table: TableName, index: string): string =>
  `${tableArn(region, table)}/index/${index}`;

export const functionArn = (region: string, name: DeployedFunction): string =>
  arnOf("lambda", region, `function:${functionName(name)}`);

export const apiUrl = (region: string, apiId: string, path: string): string =>
  `https://${apiId}.execute-api.${region}.${Aws.URL_SUFFIX}${path}`;

/** Of the one route that probes may call, on the stage there is. */
export const failuresRouteArn = (region: string, apiId: string): string =>
  arnOf("execute-api", region, `${apiId}/$default/POST${FAILURES_PATH}`);
