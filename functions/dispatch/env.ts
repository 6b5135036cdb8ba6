import * as z from "zod";
import { name, region, safeUrl } from "../../lib/core/environment/fields.ts";
import { type Environment, parseEnvironment, type Runtime } from "../../lib/core/environment/parse.ts";

const schema = z.object({
  /** Where the tables are. */
  HOME_REGION: region(),
  CONFIG_TABLE: name(),
  PROBE_FUNCTION: name(),
  /** Later rounds of a minute wait here; in this region. */
  ROUNDS_QUEUE_URL: safeUrl(),
  /** `/healthz` of home's API. Only in the first probe region, which watches home. */
  HOME_HEALTH_URL: safeUrl().optional(),
});

/** What the stack supplies. */
export type DispatchEnv = z.input<typeof schema>;
/** What the function reads. */
export type DispatchSettings = z.output<typeof schema> & Runtime;

/** @throws VigieError `bad_environment` */
export const parseDispatchEnv = (env: Environment): DispatchSettings =>
  parseEnvironment("dispatch", schema, env);
