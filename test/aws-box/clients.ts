/** The SDK's own clients at the box, for tests: one try unless said, short waits, keys that need no environment. */
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { TimestreamWriteClient } from "@aws-sdk/client-timestream-write";
import type { Box } from "./box.ts";
import { SECRET_ACCESS_KEY } from "./signature.ts";
import { dynamodbAt } from "./tables.ts";

export const credentials = { accessKeyId: "AKIATEST", secretAccessKey: SECRET_ACCESS_KEY };

export function clientsOf(box: Box, region = box.homeRegion, maxAttempts = 1) {
  const config = { endpoint: box.url, region, credentials, maxAttempts };
  return {
    dynamodb: dynamodbAt(box.url, region, maxAttempts),
    sqs: new SQSClient(config),
    sns: new SNSClient(config),
    lambda: new LambdaClient(config),
    timestream: new TimestreamWriteClient(config),
  };
}
