/**
 * The process of one function: imports a bundle and calls its handler, as Lambda's runtime does. The bundle sees
 * environment variables, a clock that the test puts forward, and an internet that ends at this machine.
 */
import { pathToFileURL } from "node:url";
import { shiftClock } from "./host-clock.ts";
import { routeConnections } from "./host-routes.ts";
import type { FunctionError, HostArguments, HostMessage, InvokeMessage, Usage } from "./messages.ts";

type Handler = (event: unknown, context: object) => Promise<unknown>;

const say = (message: HostMessage): void => {
  process.send?.(message);
};

function describe(error: unknown): FunctionError {
  if (!(error instanceof Error)) return { name: "not an error", message: String(error), stack: "" };
  return { name: error.name, message: error.message, stack: error.stack ?? "" };
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { rssBytes: process.memoryUsage.rss(), cpuMs: (user + system) / 1_000 };
}

async function serve(
  handler: Handler,
  message: InvokeMessage,
  setOffset: (ms: number) => void,
): Promise<void> {
  const { requestId, event, deadline, functionArn } = message;
  setOffset(message.offsetMs);
  const context = {
    awsRequestId: requestId,
    functionName: process.env["AWS_LAMBDA_FUNCTION_NAME"],
    functionVersion: "$LATEST",
    invokedFunctionArn: functionArn,
    memoryLimitInMB: process.env["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"],
    logGroupName: "",
    logStreamName: "",
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  try {
    say({ kind: "answered", requestId, payload: await handler(event, context), usage: usage() });
  } catch (error) {
    say({ kind: "threw", requestId, error: describe(error), usage: usage() });
  }
}

// the runner's own, see function-process.ts
const { bundle, offsetMs, routes } = JSON.parse(process.argv[2] ?? "") as HostArguments;
const setOffset = shiftClock(offsetMs);
routeConnections(routes);
process.argv.length = 2;
const started = performance.now();
try {
  // a bundle's handler has Lambda's signature
  const { handler } = (await import(pathToFileURL(bundle).href)) as { handler: Handler };
  if (typeof handler !== "function") throw new TypeError(`${bundle} exports no handler.`);
  process.on("message", (message) => {
    // only the runner sends anything
    void serve(handler, message as InvokeMessage, setOffset);
  });
  say({ kind: "ready", importMs: performance.now() - started });
} catch (error) {
  say({ kind: "broken", error: describe(error) });
}
process.on("disconnect", () => process.exit());
