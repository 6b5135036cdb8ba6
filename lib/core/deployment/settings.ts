import * as z from "zod";
import { DEFAULT_CANARIES } from "../check/canary.ts";
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
  /** Where checks were made from: what is left there is taken away by the next deploy. */
  retiredRegions: string[];
  /** Told of the default organization's alerts. */
  alertEmails: string[];
  alertPhones: string[];
  /** Told when Vigie itself is not well. */
  operatorEmails: string[];
  influx?: InfluxSettings;
  probe: ProbeSettings;
  /** What the table of ticks holds at once; absent: what DynamoDB begins with, which is enough for 10,000 endpoints. */
  warmTicks?: WarmThroughput;
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

export interface WarmThroughput {
  /** Each second. */
  reads: number;
  writes: number;
}

export interface ProbeSettings {
  memoryMb: number;
  /** Public URLs that tell our own network's fault from a target's. */
  canaries: readonly string[];
  /** Endpoints that one invocation checks at most. */
  shardSize: number;
}

const regionForm = "an AWS region such as eu-west-1";
const region = () => z.string({ error: regionForm }).regex(/^[a-z]{2}(-[a-z]+)+-\d$/, { error: regionForm });

const each = <T extends z.ZodType>(item: T, max: number, what: string) =>
  list(item, max, what).refine((items) => new Set(items).size === items.length, {
    error: `a list of ${what}, none twice`,
  });

const retired = z
  .array(region(), { error: "a list of AWS regions" })
  .max(30, { error: "at most 30 AWS regions" });

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

const canaryForm = "a URL that begins with http:// or https://, without commas";

const probe = exactly("a map with `memoryMb`, `shardSize` or `canaries`", {
  memoryMb: whole(512, 10_240, "megabytes").optional(),
  canaries: each(urlOf(/^https?:\/\/[^/,][^,]*$/i, canaryForm), 10, "URLs").optional(),
  shardSize: whole(1, 500).optional(),
});

/** DynamoDB begins with these; less can't be asked for. */
const warmTicks = exactly("a map with `reads` and `writes`", {
  reads: whole(12_000, 1_000_000, "reads a second").optional(),
  writes: whole(4_000, 1_000_000, "writes a second").optional(),
});

/** Every key that a deployment's context may have; zod's way of writing it down. */
export const writtenDeployment = exactly("a map with `homeRegion` and `probeRegions`", {
  homeRegion: region(),
  probeRegions: each(region(), 30, "AWS regions"),
  retiredRegions: retired.optional(),
  alertEmails: emails,
  alertPhones: phones,
  operatorEmails: emails,
  influx: influx.optional(),
  probe: probe.optional(),
  warmTicks: warmTicks.optional(),
  heartbeatUrl: urlOf(/^https:\/\/[^/]/i, "a URL that begins with https://").optional(),
  retention: writtenRetention.optional(),
  removal: oneOf(["retain", "destroy"]).optional(),
  timestream: flag().optional(),
}).superRefine(({ probeRegions, retiredRegions }, context) => {
  const both = retiredRegions?.findIndex((retiredRegion) => probeRegions.includes(retiredRegion)) ?? -1;
  const message = "a region that is not one of `probeRegions`";
  if (both >= 0) context.addIssue({ code: "custom", path: ["retiredRegions", both], message });
});

/** Keys of the CDK and of what it looked up: `@aws-cdk/…`, `aws:cdk:…`, `availability-zones:account=…`, `cli-telemetry`. */
const isForeign = (key: string): boolean => /[@:/-]/.test(key);

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
    retiredRegions: rest.retiredRegions ?? [],
    alertEmails: alertEmails ?? [],
    alertPhones: alertPhones ?? [],
    operatorEmails: operatorEmails ?? [],
    ...(sink === undefined ? {} : { influx: influxOf(sink) }),
    probe: { memoryMb: 1_769, shardSize: 500, canaries: DEFAULT_CANARIES, ...given(rest.probe ?? {}) },
    ...(rest.warmTicks === undefined
      ? {}
      : { warmTicks: { reads: 12_000, writes: 4_000, ...given(rest.warmTicks) } }),
    ...(heartbeatUrl === undefined ? {} : { heartbeatUrl }),
    retention: toRetention(rest.retention ?? {}),
    removal: rest.removal ?? "retain",
    timestream: rest.timestream ?? false,
  };
}

const influxOf = ({ url, database, secretName }: z.output<typeof influx>): InfluxSettings =>
  secretName === undefined ? { url, database } : { url, database, secretName };

/** What was written out; the rest keeps its defaults. */
const given = <T extends object>(written: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  // Only keys whose value is undefined are left out.
  Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
