import * as z from "zod";
import { exactly, flag, line, list, oneOf, whole } from "../endpoint/fields.ts";
import { issuesOf } from "../endpoint/issues.ts";
import { InvalidInput } from "../errors.ts";
import { type Retention, toRetention, writtenRetention } from "../history/retention.ts";

/** What a deployment on AWS is to be, as `cdk.json` and `cdk.context.json` say it. */
export interface Deployment {
  /** Where endpoints, alerts and history are kept. */
  homeRegion: string;
  /** Where checks are made from; the home region may be one. */
  probeRegions: string[];
  /** Told of the default organization's alerts. */
  alertEmails: string[];
  alertPhones: string[];
  /** Told when Vigie itself is not well. */
  operatorEmails: string[];
  influx?: InfluxSettings;
  probe: ProbeSettings;
  /** Called every minute while all is well: whoever watches it notices when it stops. */
  heartbeatUrl?: string;
  retention: Retention;
  /** What becomes of the tables when the stack is deleted. */
  removal: "retain" | "destroy";
  /** Whether Timestream for LiveAnalytics is used: only accounts that had it can. */
  timestream: boolean;
}

export interface InfluxSettings {
  url: string;
  database: string;
  /** Secrets Manager's name for the token, in the home region; absent: none is needed. */
  secretName?: string;
}

export interface ProbeSettings {
  memoryMb: number;
  /** Endpoints that one invocation checks at most. */
  shardSize: number;
}

const regionForm = "an AWS region such as eu-west-1";
const region = () => z.string({ error: regionForm }).regex(/^[a-z]{2}(-[a-z]+)+-\d$/, { error: regionForm });

const each = <T extends z.ZodType>(item: T, max: number, what: string) =>
  list(item, max, what).refine((items) => new Set(items).size === items.length, {
    error: `a list of ${what}, none twice`,
  });

const emailForm = "an e-mail address";
const emails = z
  .array(z.string({ error: emailForm }).regex(/^[^\s@,]{1,64}@[^\s@,]{1,255}$/, { error: emailForm }), {
    error: "a list of e-mail addresses",
  })
  .max(100, { error: "at most 100 e-mail addresses" })
  .optional();

const phoneForm = "a phone number such as +33612345678";
const phones = z
  .array(z.string({ error: phoneForm }).regex(/^\+[1-9]\d{6,14}$/, { error: phoneForm }), {
    error: "a list of phone numbers",
  })
  .max(100, { error: "at most 100 phone numbers" })
  .optional();

const urlOf = (protocols: RegExp, error: string) =>
  z
    .string({ error })
    .max(2_048, { error })
    .refine((text) => protocols.test(text) && URL.canParse(text), { error });

const influx = exactly("a map with `url` and `database`", {
  url: urlOf(/^https?:\/\/[^/]/i, "a URL that begins with http:// or https://"),
  database: line(256),
  secretName: line(256).optional(),
});

const probe = exactly("a map with `memoryMb` or `shardSize`", {
  memoryMb: whole(512, 10_240, "megabytes").optional(),
  shardSize: whole(1, 500).optional(),
});

/** Every key that a deployment's context may have; zod's way of writing it down. */
export const writtenDeployment = exactly("a map with `homeRegion` and `probeRegions`", {
  homeRegion: region(),
  probeRegions: each(region(), 30, "AWS regions"),
  alertEmails: emails,
  alertPhones: phones,
  operatorEmails: emails,
  influx: influx.optional(),
  probe: probe.optional(),
  heartbeatUrl: urlOf(/^https:\/\/[^/]/i, "a URL that begins with https://").optional(),
  retention: writtenRetention.optional(),
  removal: oneOf(["retain", "destroy"]).optional(),
  timestream: flag().optional(),
});

/** Keys of the CDK and of what it looked up: `@aws-cdk/…`, `aws:cdk:…`, `availability-zones:account=…`. */
const isForeign = (key: string): boolean => /[@:/]/.test(key);

/**
 * Reads the context of a CDK app: what `cdk.json` and `cdk.context.json` hold, one in the other. The CDK's own keys are
 * passed over; any other that isn't known here is a mistake.
 * @throws InvalidInput with every issue found, by key
 */
export function parseDeployment(context: Readonly<Record<string, unknown>>): Deployment {
  const own = Object.fromEntries(Object.entries(context).filter(([key]) => !isForeign(key)));
  const parsed = writtenDeployment.safeParse(own);
  if (!parsed.success) throw new InvalidInput(issuesOf(parsed.error.issues, own, () => null));
  const { alertEmails, alertPhones, operatorEmails, influx: sink, heartbeatUrl, ...rest } = parsed.data;
  return {
    homeRegion: rest.homeRegion,
    probeRegions: rest.probeRegions,
    alertEmails: alertEmails ?? [],
    alertPhones: alertPhones ?? [],
    operatorEmails: operatorEmails ?? [],
    ...(sink === undefined ? {} : { influx: influxOf(sink) }),
    probe: { memoryMb: rest.probe?.memoryMb ?? 1_769, shardSize: rest.probe?.shardSize ?? 500 },
    ...(heartbeatUrl === undefined ? {} : { heartbeatUrl }),
    retention: toRetention(rest.retention ?? {}),
    removal: rest.removal ?? "retain",
    timestream: rest.timestream ?? false,
  };
}

const influxOf = ({ url, database, secretName }: z.output<typeof influx>): InfluxSettings =>
  secretName === undefined ? { url, database } : { url, database, secretName };
