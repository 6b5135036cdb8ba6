import * as z from "zod";
import { name, regionList, safeUrl, whole } from "../../lib/core/environment/fields.ts";
import { type Environment, parseEnvironment, type Runtime } from "../../lib/core/environment/parse.ts";

const milliseconds = () => whole(60_000, 10 ** 14, "milliseconds");

const schema = z.object({
  CONFIG_TABLE: name(),
  TICKS_TABLE: name(),
  HISTORY_TABLE: name(),
  /** One message per shard, region and hour. */
  ROLLUP_QUEUE_URL: safeUrl(),
  /** Every probe region. */
  REGIONS: regionList(),
  /** How far back ticks can be rolled up. */
  TICK_RETENTION_MS: milliseconds(),
  /** How long hour and day buckets are kept. */
  HOUR_RETENTION_MS: milliseconds(),
  DAY_RETENTION_MS: milliseconds(),
});

/** What the stack supplies. */
export type RollupEnv = z.input<typeof schema>;
/** What the function reads. */
export type RollupSettings = z.output<typeof schema> & Runtime;

/** @throws VigieError `bad_environment` */
export const parseRollupEnv = (env: Environment): RollupSettings => parseEnvironment("rollup", schema, env);
