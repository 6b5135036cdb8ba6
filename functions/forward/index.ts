/** AWS Lambda: brings home what its region's queue kept, with partial batch responses. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { clientOptions } from "../../lib/adapters/aws/client.ts";
import { atEdge } from "../../lib/adapters/aws/edge.ts";
import { makeFaultLog } from "../../lib/adapters/aws/fault-log.ts";
import { DYNAMODB_PATIENCE } from "../../lib/adapters/dynamodb/dynamo.ts";
import { openTable } from "../../lib/adapters/dynamodb/table.ts";
import { makeTickWrites } from "../../lib/adapters/dynamodb/tick-writes.ts";
import { makeSignedPost } from "../../lib/adapters/failure-route/signed-post.ts";
import { readForward } from "../../lib/adapters/sqs/forward-message.ts";
import { systemClock as clock } from "../../lib/adapters/system-clock.ts";
import { writeFailures } from "../../lib/core/alert/post.ts";
import { parseForwardEnv } from "./env.ts";
import { makeHandle } from "./handle.ts";

const settings = parseForwardEnv(process.env);
const tell = makeFaultLog("forward", { clock });

const client = new DynamoDBClient(clientOptions(settings.HOME_REGION, DYNAMODB_PATIENCE));
const table = openTable({ client, clock }, settings.TICKS_TABLE);

const post = makeSignedPost({
  url: settings.FAILURES_URL,
  region: settings.HOME_REGION,
  credentials: defaultProvider(),
  clock,
});

const handle = makeHandle({
  read: readForward,
  post: (posts) => post(writeFailures(posts)),
  ticks: { append: makeTickWrites(table, settings.TICK_RETENTION_MS) },
  onFault: (error, messageId) => tell(error, { what: "bringing home what it did not take", messageId }),
});

export const handler = atEdge(handle, tell);
