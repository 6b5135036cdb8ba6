import { configJsonSchema } from "../../config/json-schema.ts";
import { type CliIo, exitCodes } from "../io.ts";

/** `vigie schema`: the JSON Schema of the configuration file. */
export async function schema(io: CliIo): Promise<number> {
  io.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
  return exitCodes.ok;
}
