/** An AWS account on loopback, as far as the command line asks about it: one door for all services, as AWS_ENDPOINT_URL has it. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import dynalite from "dynalite";

/** Region, service and operation: `eu-west-1 sns ListSubscriptions`. */
type Asked = string;

export interface Answering {
  status?: number;
  /** Of JSON services; for the others the XML inside of `<…Result>`. */
  body: unknown;
}

export interface Account {
  url: string;
  asked: Asked[];
  /** Everything the command line's process needs to find it. */
  env: Record<string, string>;
  /** Answers one operation, in one region or (`*`) in all. */
  on(region: string, service: string, operation: string, answer: Answering): void;
  close(): Promise<void>;
}

const ACCOUNT = "111122223333";

const notFound: Answering = {
  status: 400,
  body: { __type: "ParameterNotFound", message: "no such parameter" },
};

const scopeOf = ({ headers }: IncomingMessage): [region: string, service: string] => {
  const [, region = "", service = ""] =
    /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//.exec(headers.authorization ?? "") ?? [];
  return [region, service];
};

const operationOf = ({ headers }: IncomingMessage, body: string): string => {
  const target = headers["x-amz-target"];
  if (typeof target === "string") return target.split(".").at(-1) ?? "";
  return new URLSearchParams(body).get("Action") ?? "";
};

function write(
  response: ServerResponse,
  operation: string,
  json: boolean,
  { status = 200, body }: Answering,
): void {
  if (json) {
    response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
    return;
  }
  const inside = typeof body === "string" ? body : "";
  const xml =
    status === 200
      ? `<${operation}Response><${operation}Result>${inside}</${operation}Result></${operation}Response>`
      : `<ErrorResponse><Error><Type>Sender</Type>${inside}</Error><RequestId>r</RequestId></ErrorResponse>`;
  response.writeHead(status, { "content-type": "text/xml" }).end(xml);
}

/** An account in which nothing is wrong, and nothing deployed. DynamoDB is dynalite. */
export async function account(): Promise<Account> {
  const dynamo = dynalite({ createTableMs: 0 });
  const answers = new Map<Asked, Answering>();
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const [region, service] = scopeOf(request);
    if (service === "dynamodb") {
      dynamo.emit("request", request, response);
      return;
    }
    const operation = operationOf(request, await text(request));
    asked.push(`${region} ${service} ${operation}`);
    const found =
      answers.get(`${region} ${service} ${operation}`) ??
      answers.get(`* ${service} ${operation}`) ??
      notFound;
    write(response, operation, request.headers["x-amz-target"] !== undefined, found);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("a TCP server has a TCP address");
  const url = `http://127.0.0.1:${address.port}`;
  const on: Account["on"] = (region, service, operation, answer) =>
    answers.set(`${region} ${service} ${operation}`, answer);
  on("*", "sts", "GetCallerIdentity", {
    body: `<Account>${ACCOUNT}</Account><Arn>arn:aws:iam::${ACCOUNT}:user/ada</Arn><UserId>u</UserId>`,
  });
  on("*", "ssm", "GetParameter", { body: { Parameter: { Value: "28" } } });
  on("*", "servicequotas", "GetServiceQuota", { body: { Quota: { Value: 1_000 } } });
  on("*", "sns", "ListSubscriptions", { body: "<Subscriptions/>" });
  on("*", "timestream", "DescribeEndpoints", {
    body: { Endpoints: [{ Address: "x", CachePeriodInMinutes: 1 }] },
  });
  on("*", "cloudformation", "DescribeStacks", {
    status: 400,
    body: "<Code>ValidationError</Code><Message>Stack with id VigieHome does not exist</Message>",
  });
  return {
    url,
    asked,
    on,
    env: { AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "s3cret-key" },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
