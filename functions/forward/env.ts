import * as z from "zod";
import { name, region, safeUrl, whole } from "../../lib/core/environment/fields.ts";
import { type Environment, parseEnvironment, type Runtime } from "../../lib/core/environment/parse.ts";

const schema = z.object({
  /** Where the tables and the API are. */
  HOME_REGION: region(),
  TICKS_TABLE: name(),
  /** As the probe's: a tick that was late is kept as long. */
  TICK_RETENTION_MS: whole(60_000, 10 ** 14, "milliseconds"),
  FAILURES_URL: safeUrl(),
});

/** What the stack supplies. */
export type ForwardEnv = z.input<typeof schema>;
/** What the function reads. */
export type ForwardSettings = z.output<typeof schema> & Runtime;

/** @throws VigieError `bad_environment` */
export const parseForwardEnv = (env: Environment): ForwardSettings =>
  parseEnvironment("forward", schema, env);
