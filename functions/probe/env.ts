import * as z from "zod";
import { name, region, safeUrl, urlList, whole } from "../../lib/core/environment/fields.ts";
import { type Environment, parseEnvironment, type Runtime } from "../../lib/core/environment/parse.ts";
import { sinksAreWhole, sinksHaveQueue, sinkVariables } from "../../lib/core/environment/sinks.ts";

const probeVariables = {
  /** Where the tables and the API are. */
  HOME_REGION: region(),
  CONFIG_TABLE: name(),
  ALERTS_TABLE: name(),
  TICKS_TABLE: name(),
  /** How long a tick is kept; its `ttl` is this and a margin later. */
  TICK_RETENTION_MS: whole(60_000, 10 ** 14, "milliseconds"),
  /** Failures are posted here, signed for `execute-api` in the home region. */
  FAILURES_URL: safeUrl(),
  /** What home does not take; in this region. */
  FORWARD_QUEUE_URL: safeUrl(),
  /** Checks what is slow or failing; the same code with less memory. */
  SLOW_FUNCTION: name(),
  CANARIES: urlList(),
  ...sinkVariables,
  /** What a sink does not take; in this region. Exactly when there is a sink. */
  METRICS_QUEUE_URL: safeUrl().optional(),
  /** Set by Lambda itself: how much of a CPU there is. */
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: whole(128, 10_240, "megabytes").optional(),
};

const schema = z.object(probeVariables).superRefine(sinksAreWhole).superRefine(sinksHaveQueue);

/** What the stack supplies. */
export type ProbeEnv = z.input<typeof schema>;
/** What the function reads. */
export type ProbeSettings = z.output<typeof schema> & Runtime;

/** @throws VigieError `bad_environment` */
export const parseProbeEnv = (env: Environment): ProbeSettings => parseEnvironment("probe", schema, env);
