import * as z from "zod";
import { duration, exactly, line, list, oneOf } from "../../lib/core/endpoint/fields.ts";
import { writtenRetention } from "../../lib/core/history/retention.ts";
import { httpUrl, smtpUrl } from "./fields.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const headerForm = "text in one line";
const headers = z.record(
  z
    .string()
    .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, { error: "a header name: letters, digits and `-`" }),
  z.string({ error: headerForm }).regex(/^[\t\x20-\x7e\x80-\xff]{0,8192}$/, { error: headerForm }),
  { error: "a map of header names and values" },
);

const secretForm = "text of 8 to 1024 characters";

const webhook = exactly("a map with `url`", {
  name: line(64).optional().describe("How the channel is called in the list of messages. Default `webhook`"),
  url: httpUrl.describe("Receives every message as JSON by POST"),
  secret: z
    .string({ error: secretForm })
    .min(8, { error: secretForm })
    .max(1_024, { error: secretForm })
    .optional()
    .describe("Key of the HMAC-SHA256 signature of each request"),
  headers: headers.optional().describe("Sent with each request"),
});

const email = exactly("a map with `smtp`, `from` and `to`", {
  smtp: smtpUrl.describe(
    "smtp:// or smtps:// URL of the mail server, with user and password where it wants them",
  ),
  from: line(320).describe("The sender's address"),
  to: z.union([line(320), list(line(320), 50, "addresses")], { error: "an address, or a list of them" }),
});

/** Who is told. Parsed after its secrets are put in. */
export const notifySchema = exactly("a map with `webhooks` or `email`", {
  webhooks: z
    .array(webhook, { error: "a list of webhooks" })
    .max(20, { error: "at most 20 webhooks" })
    .optional(),
  email: email.optional(),
});

const regionForm = "a name of 1 to 32 lower-case letters, digits and `-`";

/** What a configuration says besides endpoints and who is told: all of it optional. */
const basics = {
  $schema: z.string().optional().describe("For editors; not read"),
  region: z
    .string({ error: regionForm })
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, { error: regionForm })
    .optional()
    .describe("Name of this vantage point in the history. Default `local`"),
  canaries: list(httpUrl, 10, "URLs")
    .optional()
    .describe(
      "Public URLs that tell our own network's fault from a target's: when none answers, nobody is blamed",
    ),
  egress: oneOf(["any", "public"])
    .optional()
    .describe("`public` refuses targets at private, loopback and other special addresses. Default `any`"),
  resolver: oneOf(["dns", "system"])
    .optional()
    .describe(
      "`dns` asks the name servers; `system` does as other programs do, for split DNS. Default `dns`",
    ),
  retention: writtenRetention.optional().describe("How long history is kept"),
  dashboard: exactly("a map with `recentEvery` or `hourEvery`", {
    recentEvery: duration(SECOND, 10 * MINUTE, "`10s`")
      .optional()
      .describe("Refresh of the past 10 minutes"),
    hourEvery: duration(5 * SECOND, HOUR, "`60s`")
      .optional()
      .describe("Refresh of the past hour"),
  })
    .optional()
    .describe("How often the screen's statistics are refreshed"),
};

/** Builds the schema of a whole file; the parts with rules of their own are handed in. */
export const fileSchemaWith = <
  D extends z.ZodType,
  E extends z.ZodType,
  N extends z.ZodType,
  M extends z.ZodType,
>(
  defaults: D,
  endpoint: E,
  notify: N,
  metrics: M,
) =>
  exactly("a map with `endpoints`", {
    ...basics,
    defaults: defaults.optional().describe("What every endpoint takes over unless it says otherwise"),
    endpoints: z
      .array(endpoint, { error: "a list of URLs and maps with `url`" })
      .max(10_000, { error: "at most 10000 endpoints" })
      .optional()
      .describe("What is watched"),
    notify: notify.optional().describe("Who is told, besides the screen"),
    metrics: metrics.optional().describe("Where every measurement goes besides, for your own analysis"),
  });

const anyMap = (error: string) => z.record(z.string(), z.unknown(), { error });

/** The file's frame: endpoints are parsed one by one by the core, `notify` and `metrics` once their secrets are known. */
export const fileSchema = fileSchemaWith(
  anyMap("a map of endpoint settings"),
  z.union([z.string(), z.record(z.string(), z.unknown())], { error: "a URL, or a map with `url`" }),
  anyMap("a map with `webhooks` or `email`").nullable(),
  anyMap("a map with `influx`").nullable(),
);

export type FileBasics = z.output<typeof fileSchema>;
