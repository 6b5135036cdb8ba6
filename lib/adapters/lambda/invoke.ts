import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import type { Patience } from "../aws/client.ts";
import { fromAws } from "../aws/errors.ts";

export interface InvokeOptions {
  client: Pick<LambdaClient, "send">;
  functionName: string;
}

/** For a function in the same region. Trying again may start it twice: a duplicate tick is harmless. */
export const INVOKE_PATIENCE: Patience = { connectMs: 500, tryMs: 1_500, tries: 3 };

/**
 * Starts a function and does not wait for its end. The answer says that Lambda has the event.
 * @throws Unavailable while Lambda is throttled or out of reach, `aws_refused` otherwise
 */
export function makeInvoke({ client, functionName }: InvokeOptions): (event: unknown) => Promise<void> {
  return async (event) => {
    const Payload = JSON.stringify(event);
    try {
      await client.send(new InvokeCommand({ FunctionName: functionName, InvocationType: "Event", Payload }));
    } catch (error) {
      throw fromAws(error, `The function ${functionName} could not be started`);
    }
  };
}
