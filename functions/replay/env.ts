import * as z from "zod";
import { region } from "../../lib/core/environment/fields.ts";
import { type Environment, parseEnvironment, type Runtime } from "../../lib/core/environment/parse.ts";
import { hasSink, sinksAreWhole, sinkVariables } from "../../lib/core/environment/sinks.ts";

const schema = z
  .object({
    /** Where Timestream and the secret are. */
    HOME_REGION: region(),
    ...sinkVariables,
  })
  .superRefine(sinksAreWhole)
  .refine(hasSink, {
    error: "INFLUX_URL or TIMESTREAM_DATABASE: nothing to replay to",
    path: ["INFLUX_URL"],
  });

/** What the stack supplies. */
export type ReplayEnv = z.input<typeof schema>;
/** What the function reads. */
export type ReplaySettings = z.output<typeof schema> & Runtime;

/** @throws VigieError `bad_environment` */
export const parseReplayEnv = (env: Environment): ReplaySettings => parseEnvironment("replay", schema, env);
