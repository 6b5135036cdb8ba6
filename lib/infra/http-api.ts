import { RemovalPolicy } from "aws-cdk-lib";
import { CfnApi, CfnIntegration, CfnRoute, CfnStage } from "aws-cdk-lib/aws-apigatewayv2";
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { CfnPermission, type IFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { acknowledge } from "./acknowledged.ts";
import { regionOf } from "./function.ts";
import { arnOf, FAILURES_ROUTE, HEALTH_PATH } from "./names.ts";

export interface HttpApiOptions {
  /** Takes the bodies of what is posted to /internal/failures. */
  failures: IQueue;
  /** Answers everything else. */
  api: IFunction;
}

/** Open to everybody: the function asks for a token itself, and tells the health to anyone. */
const OPEN_ROUTES = ["ANY /v1/{proxy+}", `GET ${HEALTH_PATH}`];

/** Requests a second, and at once. Posts of failures have their own: readers never push them out. */
const OPEN_LIMIT = { throttlingRateLimit: 50, throttlingBurstLimit: 100 };
const FAILURES_LIMIT = { throttlingRateLimit: 1_000, throttlingBurstLimit: 2_000 };

/** Short: what came in, how it went, and why not. */
const logLine = {
  requestId: "$context.requestId",
  requestTime: "$context.requestTime",
  routeKey: "$context.routeKey",
  status: "$context.status",
  responseLatency: "$context.responseLatency",
  error: "$context.error.message",
  integrationError: "$context.integrationErrorMessage",
};

/**
 * The one thing that is reachable from outside. Failures go into their queue without any code of ours between.
 * @returns the API's id
 */
export function makeHttpApi(scope: Construct, { failures, api }: HttpApiOptions): string {
  const http = new CfnApi(scope, "Api", { name: "vigie", protocolType: "HTTP" });
  const failuresRoute = new CfnRoute(scope, "ApiFailures", {
    apiId: http.ref,
    routeKey: FAILURES_ROUTE,
    authorizationType: "AWS_IAM",
    target: `integrations/${toQueue(scope, http.ref, failures).ref}`,
  });
  const toFunction = new CfnIntegration(scope, "ApiToFunction", {
    apiId: http.ref,
    integrationType: "AWS_PROXY",
    integrationUri: api.functionArn,
    payloadFormatVersion: "2.0",
  });
  for (const [i, routeKey] of OPEN_ROUTES.entries())
    openRoute(scope, { apiId: http.ref, routeKey, i, toFunction, api });
  makeStage(scope, http.ref).addResourceDependency(failuresRoute);
  return http.ref;
}

/** API Gateway may send to this queue and do nothing else. */
function toQueue(scope: Construct, apiId: string, queue: IQueue): CfnIntegration {
  const sendOnly = new PolicyStatement({
    sid: "SendFailures",
    actions: ["sqs:SendMessage"],
    resources: [queue.queueArn],
  });
  const role = new Role(scope, "ApiFailuresRole", {
    assumedBy: new ServicePrincipal("apigateway.amazonaws.com"),
    inlinePolicies: { own: new PolicyDocument({ minimize: false, statements: [sendOnly] }) },
  });
  return new CfnIntegration(scope, "ApiToQueue", {
    apiId,
    integrationType: "AWS_PROXY",
    integrationSubtype: "SQS-SendMessage",
    credentialsArn: role.roleArn,
    payloadFormatVersion: "1.0",
    requestParameters: { QueueUrl: queue.queueUrl, MessageBody: "$request.body" },
    timeoutInMillis: 5_000,
  });
}

interface OpenRoute {
  apiId: string;
  routeKey: string;
  i: number;
  toFunction: CfnIntegration;
  api: IFunction;
}

function openRoute(scope: Construct, { apiId, routeKey, i, toFunction, api }: OpenRoute): void {
  const [method, path] = routeKey.split(" ");
  const route = new CfnRoute(scope, `ApiOpen${i}`, {
    apiId,
    routeKey,
    authorizationType: "NONE",
    target: `integrations/${toFunction.ref}`,
  });
  acknowledge(route, "AwsSolutions::AwsSolutions-APIG4");
  new CfnPermission(scope, `ApiMayCall${i}`, {
    action: "lambda:InvokeFunction",
    functionName: api.functionArn,
    principal: "apigateway.amazonaws.com",
    sourceArn: arnOf(
      "execute-api",
      regionOf(scope),
      `${apiId}/$default/${method === "ANY" ? "*" : method}${path}`,
    ),
  });
}

function makeStage(scope: Construct, apiId: string): CfnStage {
  const log = new LogGroup(scope, "ApiLog", {
    retention: RetentionDays.TWO_WEEKS,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  return new CfnStage(scope, "ApiStage", {
    apiId,
    stageName: "$default",
    autoDeploy: true,
    defaultRouteSettings: OPEN_LIMIT,
    routeSettings: {
      [FAILURES_ROUTE]: {
        ThrottlingRateLimit: FAILURES_LIMIT.throttlingRateLimit,
        ThrottlingBurstLimit: FAILURES_LIMIT.throttlingBurstLimit,
      },
    },
    accessLogSettings: {
      destinationArn: arnOf("logs", regionOf(scope), `log-group:${log.logGroupName}`),
      format: JSON.stringify(logLine),
    },
  });
}
