import * as z from "zod";
import { safeUrl } from "../../lib/core/environment/fields.ts";
import { type Environment, parseEnvironment, type Runtime } from "../../lib/core/environment/parse.ts";
import { judgingVariables } from "../failure/env.ts";

const schema = z.object({
  ...judgingVariables,
  /** Asked every minute while all is well; whoever is behind it tells the operator when it stops. */
  HEARTBEAT_URL: safeUrl().optional(),
});

/** What the stack supplies. */
export type WatchdogEnv = z.input<typeof schema>;
/** What the function reads. */
export type WatchdogSettings = z.output<typeof schema> & Runtime;

/** @throws VigieError `bad_environment` */
export const parseWatchdogEnv = (env: Environment): WatchdogSettings =>
  parseEnvironment("watchdog", schema, env);
