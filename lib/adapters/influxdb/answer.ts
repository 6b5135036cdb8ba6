import * as z from "zod";
import { cut } from "../../core/check/outcome.ts";

/** A refusal as InfluxDB words it. Its versions differ: each says what it can, in a form of its own. */
export interface Refusal {
  /** One line of at most 300 characters, for people. */
  reason: string;
  /** The reason as it came: 1.x quotes lines in it. */
  text: string;
  /** Lines it names one by one (3.x), counted from 0. */
  named: ReadonlyMap<number, string>;
  /** Lines that its text mentions by number, counted from 0: perhaps the bad ones, perhaps only words. */
  mentioned: ReadonlySet<number>;
  /** How many points it says it left out (1.x and 2.x); null where it does not say. */
  dropped: number | null;
  /** Whether it speaks of what is in the lines, not of the request as a whole. */
  aboutLines: boolean;
}

const REASON_LIMIT = 300;

/** 1.x `{error}`, 2.x `{code, message, line}`, 3.x `{error, data: [{line_number, error_message}]}`. */
const answerSchema = z.object({
  error: z.string().optional(),
  message: z.string().optional(),
  line: z.number().int().optional(),
  data: z
    .union([
      z.array(z.object({ line_number: z.number().int(), error_message: z.string().optional() })),
      z.unknown().transform(() => []),
    ])
    .optional(),
});

const LINE_TALK =
  /partial write|unable to parse|line protocol|parse error|parsing line|field type conflict|beyond retention|points? beyond|timestamp|max-\w+ (limit )?exceeded|schema|column type/i;

export const oneLine = (text: string): string => cut(text.replace(/[\s\p{Cc}]+/gu, " ").trim(), REASON_LIMIT);

function parsed(body: string): z.output<typeof answerSchema> {
  try {
    return answerSchema.safeParse(JSON.parse(body)).data ?? {};
  } catch {
    return {}; // proxies answer with pages
  }
}

/** Reads the body of a 400 or 422; never throws. */
export function refusalOf(body: string): Refusal {
  const { error, message, line, data = [] } = parsed(body);
  const text = message ?? error ?? body;
  const numbers = [...text.matchAll(/\bline (\d{1,7})\b/gi)].map(([, number]) => Number(number));
  const dropped = /\bdropped=(\d+)/.exec(text)?.[1];
  return {
    text,
    reason: oneLine(text) || "it gave no reason",
    named: new Map(data.map((bad) => [bad.line_number - 1, oneLine(bad.error_message ?? text)])),
    mentioned: new Set([...(line === undefined ? [] : [line]), ...numbers].map((number) => number - 1)),
    dropped: dropped === undefined ? null : Number(dropped),
    aboutLines: data.length > 0 || line !== undefined || LINE_TALK.test(text),
  };
}
