import * as z from "zod";
import { httpUrl, name, regionList, safeUrl, topicArnPrefix } from "../../lib/core/environment/fields.ts";
import { type Environment, parseEnvironment, type Runtime } from "../../lib/core/environment/parse.ts";

/** The watchdog has these too: it judges and delivers as the failure function does. */
export const judgingVariables = {
  CONFIG_TABLE: name(),
  ALERTS_TABLE: name(),
  TICKS_TABLE: name(),
  /** Takes what is handed on: further pages, and deliveries that wait for a gate. */
  FAILURES_QUEUE_URL: safeUrl(),
  /** `arn:aws:sns:<region>:<account>:vigie-`; the organization's name follows. */
  TOPIC_ARN_PREFIX: topicArnPrefix(),
  /** Every probe region. */
  REGIONS: regionList(),
  /** Put into messages, for people to look further. */
  LINK: httpUrl().optional(),
};

const schema = z.object(judgingVariables);

/** What the stack supplies. */
export type FailureEnv = z.input<typeof schema>;
/** What the function reads. */
export type FailureSettings = z.output<typeof schema> & Runtime;

/** @throws VigieError `bad_environment` */
export const parseFailureEnv = (env: Environment): FailureSettings =>
  parseEnvironment("failure", schema, env);
