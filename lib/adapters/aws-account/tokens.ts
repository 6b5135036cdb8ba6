import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { VigieError } from "../../core/errors.ts";
import type { ApiToken } from "../../core/ports.ts";
import { clientOptions } from "../aws/client.ts";
import { DYNAMODB_PATIENCE } from "../dynamodb/dynamo.ts";
import { openTable } from "../dynamodb/table.ts";
import { makeTokens } from "../dynamodb/tokens.ts";
import { systemClock } from "../system-clock.ts";
import { hashToken } from "../token/token.ts";
import { faultOf } from "./fault.ts";

/**
 * Makes a token known to an installation, with the credentials of whoever owns the account.
 * @param table the installation's table `config`
 */
export async function registerToken(
  region: string,
  table: string,
  token: string,
  about: ApiToken,
): Promise<void> {
  const client = new DynamoDBClient(clientOptions(region, DYNAMODB_PATIENCE));
  const tokens = makeTokens(openTable({ client, clock: systemClock }, table));
  try {
    await tokens.create(hashToken(token), about);
  } catch (error) {
    // the adapter speaks to functions, whose policies are the stacks' business; here a person asks
    const refused = error instanceof VigieError && error.code === "aws_refused";
    throw refused ? faultOf(error.cause, `dynamodb:PutItem on ${table}`, region) : error;
  } finally {
    client.destroy();
  }
}
