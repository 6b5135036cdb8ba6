import * as z from "zod";
import { httpUrl, name, regionList, topicArnPrefix, whole } from "../../lib/core/environment/fields.ts";
import { type Environment, parseEnvironment, type Runtime } from "../../lib/core/environment/parse.ts";

const schema = z.object({
  CONFIG_TABLE: name(),
  ALERTS_TABLE: name(),
  TICKS_TABLE: name(),
  HISTORY_TABLE: name(),
  /** Endpoints per shard at most. Lowering it moves nothing: only what comes later is laid out by it. */
  SHARD_SIZE: whole(1, 500),
  /** How long ticks are kept: so far back they are looked for. */
  TICK_RETENTION_MS: whole(60_000, 10 ** 14, "milliseconds"),
  /** Every probe region. */
  REGIONS: regionList(),
  /** `arn:aws:sns:<region>:<account>:vigie-`; the organization's name follows. For test alerts. */
  TOPIC_ARN_PREFIX: topicArnPrefix(),
  /** Put into messages, for people to look further. */
  LINK: httpUrl().optional(),
  /** Of Vigie, as answered by `/healthz`. */
  VERSION: name(),
});

/** What the stack supplies. */
export type ApiEnv = z.input<typeof schema>;
/** What the function reads. */
export type ApiSettings = z.output<typeof schema> & Runtime;

/** @throws VigieError `bad_environment` */
export const parseApiEnv = (env: Environment): ApiSettings => parseEnvironment("api", schema, env);
