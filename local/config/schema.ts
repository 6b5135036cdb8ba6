import * as z from "zod";
import { durationPattern, parseDuration } from "../../lib/core/endpoint/duration.ts";

const DAY = 86_400_000;
const yearPattern = /^(\d{1,2})y$/;

/** Years are for how long things are kept; a year is 365 days. */
function parseSpan(text: string): number | null {
  const years = yearPattern.exec(text)?.[1];
  return years === undefined ? parseDuration(text) : Number(years) * 365 * DAY;
}

/** A duration as people write it, in ms once parsed. Bounds in the same words, because errors repeat them. */
const duration = (least: string, most: string) => {
  const expected = `a duration from ${least} to ${most}, such as ${least}`;
  const [from, to] = [parseSpan(least) ?? 0, parseSpan(most) ?? 0];
  return z
    .string({ error: expected })
    .regex(new RegExp(`${durationPattern.source}|${yearPattern.source}`), { error: expected })
    .transform((text) => parseSpan(text) ?? Number.NaN)
    .refine((ms) => ms >= from && ms <= to, { error: expected });
};

const httpUrl = z
  .string({ error: "an http:// or https:// URL" })
  .max(2_048)
  .refine((text) => /^https?:\/\/[^/]/i.test(text) && URL.canParse(text), {
    error: "an http:// or https:// URL",
  });

const headers = z.record(
  z.string().regex(/^[\w!#$%&'*+.^`|~-]{1,256}$/, { error: "a header name" }),
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these would split a header in two
  z.string().regex(/^[^\u0000-\u0008\u000a-\u001f\u007f]*$/, { error: "a header value without line breaks" }),
);

const webhook = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(64)
      .default("webhook")
      .describe("how the channel is called in the list of messages"),
    url: httpUrl.describe("receives every message as a JSON POST; may refer to environment variables"),
    secret: z
      .string()
      .min(8)
      .max(1_024)
      .optional()
      .describe("key of the HMAC-SHA256 signature of each request"),
    headers: headers.default({}).describe("sent with each request"),
  })
  .describe("a webhook");

const email = z
  .strictObject({
    smtp: z
      .string({ error: "an smtp:// or smtps:// URL" })
      .max(2_048)
      .refine((text) => /^smtps?:\/\/[^/]/i.test(text) && URL.canParse(text), {
        error: "an smtp:// or smtps:// URL",
      })
      .describe(
        "smtp:// or smtps:// URL of the mail server, user and password included, as references to environment variables",
      ),
    from: z.string().min(3).max(320),
    to: z.union([
      z
        .string()
        .min(3)
        .max(320)
        .transform((one) => [one]),
      z.array(z.string().min(3).max(320)).min(1).max(50),
    ]),
  })
  .describe("e-mail");

/** Who is told. Parsed after its secrets are put in. */
export const notifySchema = z.strictObject({
  webhooks: z.array(webhook).max(20).default([]),
  email: email.nullish().transform((value) => value ?? null),
});

const region = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, {
  error: "a name of lower-case letters, digits and hyphens",
});

/** Everything a configuration says besides endpoints and secrets. Defaults are laid here. */
export const basicsSchema = z.strictObject({
  $schema: z.string().optional().describe("for editors; not read"),
  region: region.default("local").describe("name of this vantage point in the history"),
  canaries: z
    .array(httpUrl)
    .min(1)
    .max(10)
    .default(["https://www.gstatic.com/generate_204", "https://cloudflare.com/cdn-cgi/trace"])
    .describe(
      "public URLs that tell our own network's fault from a target's: when none answers, nobody is blamed",
    ),
  egress: z
    .enum(["any", "public"])
    .default("any")
    .describe("public: refuse targets at private, loopback and other special addresses"),
  resolver: z
    .enum(["dns", "system"])
    .default("dns")
    .describe("dns: ask the name servers; system: as other programs do, for split DNS and .local names"),
  retention: z
    .strictObject({
      raw: duration("48h", "30d")
        .default(2 * DAY)
        .describe("single checks"),
      hours: duration("2d", "10y")
        .default(400 * DAY)
        .describe("hourly figures"),
      days: duration("2d", "50y")
        .default(5 * 365 * DAY)
        .describe("daily figures"),
    })
    .prefault({}),
  dashboard: z
    .strictObject({
      recentEvery: duration("1s", "10m").default(10_000).describe("refresh of the past 10 minutes"),
      hourEvery: duration("5s", "1h").default(60_000).describe("refresh of the past hour"),
    })
    .prefault({}),
});

/** The parts that have rules of their own: endpoints are parsed by the core, secrets are put into `notify` first. */
export const fileSchema = basicsSchema.extend({
  defaults: z.record(z.string(), z.unknown()).default({}),
  endpoints: z
    .array(
      z.union([z.string(), z.record(z.string(), z.unknown())], {
        error: "a URL, or a map with `url` and settings",
      }),
    )
    .max(10_000)
    .default([]),
  notify: z.record(z.string(), z.unknown()).nullish(),
});

/** The parsed file without what has rules of its own. */
export type FileBasics = z.output<typeof fileSchema>;
