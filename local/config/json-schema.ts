import * as z from "zod";
import { writtenEndpoint } from "../../lib/core/endpoint/written.ts";
import { metricsSchema } from "./metrics.ts";
import { fileSchemaWith, notifySchema } from "./schema.ts";

/** The JSON Schema (draft 2020-12) of the configuration as people write it, made of the very schemas that parse it. */
export function configJsonSchema(): Record<string, unknown> {
  const defaults = writtenEndpoint.omit({ url: true, id: true, name: true }).partial();
  const endpoint = z.union([z.string().describe("A URL; everything else is default"), writtenEndpoint]);
  const schema = fileSchemaWith(defaults, endpoint, notifySchema, metricsSchema);
  return { ...z.toJSONSchema(schema, { io: "input" }), title: "Configuration of Vigie (vigie.yaml)" };
}
