import * as z from "zod";

/**
 * Building blocks for the environment variables of functions/<name>/env.ts. All of them are text; lists are separated
 * by commas. Every block says what it expects in its `error`: parse.ts makes the message of it.
 */

const matching = (pattern: RegExp, error: string) => z.string({ error }).regex(pattern, { error });

const regionForm = /^[a-z0-9][a-z0-9-]{0,31}$/;

/** A vantage point or AWS region. */
export const region = () => matching(regionForm, "a region such as eu-west-1");

/** A table, function, database or secret by its name. */
export const name = () => matching(/^[\w./+=@-]{1,256}$/, "a name of letters, digits and `._-/+=@`");

/** Topics are found by this and the organization. */
export const topicArnPrefix = () =>
  matching(
    /^arn:[\w-]+:sns:[a-z0-9-]+:\d{12}:[\w-]+-$/,
    "the start of an SNS topic's ARN, up to and with `-`",
  );

/** Plain HTTP never leaves the machine: it is for stand-ins of AWS. */
const isSafeUrl = (text: string): boolean => {
  const url = URL.parse(text);
  return (
    url?.protocol === "https:" ||
    (url?.protocol === "http:" && /^(127\.|\[::1\]|localhost$)/.test(url.hostname))
  );
};

const urlForm = "an https:// URL (http:// on loopback only)";

export const safeUrl = () => z.string({ error: urlForm }).refine(isSafeUrl, { error: urlForm });

const httpForm = "a URL that begins with http:// or https://";

/** A server that people run for themselves, perhaps in a network of their own. */
export const httpUrl = () =>
  z
    .string({ error: httpForm })
    .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ""), { error: httpForm });

const listOf = (fits: (item: string) => boolean, error: string) =>
  z
    .string({ error })
    .transform((text) => text.split(","))
    .refine((items) => items.every(fits) && new Set(items).size === items.length, { error });

/** At least one. */
export const regionList = () =>
  listOf((item) => regionForm.test(item), "regions, separated by commas, none twice");

/** At least one: without canaries no failure of a public target could be told from our own. */
export const urlList = () =>
  listOf(
    (item) => /^https?:$/.test(URL.parse(item)?.protocol ?? ""),
    "http(s) URLs, separated by commas, none twice",
  );

/** A whole number in text. */
export const whole = (least: number, most: number, what = "a whole number") => {
  const error = `${what} from ${least} to ${most}`;
  return matching(/^\d{1,15}$/, error)
    .transform(Number)
    .refine((value) => value >= least && value <= most, { error });
};
