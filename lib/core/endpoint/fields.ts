import * as z from "zod";
import { durationPattern, formatDuration, parseDuration } from "./duration.ts";
import { referencesAreWellFormed } from "./references.ts";

/**
 * The building blocks of the written form. Every block says what it expects in its `error`: the issue's message is
 * made of that (issues.ts). A rule with a reason of its own uses `problem`.
 */

/** Finds what is wrong with a value, in words that follow the value's path; null when nothing is. */
type Problem<T> = (value: T) => string | null;

/** A check whose message says what is wrong rather than only what was expected. */
export const problem =
  <T>(expected: string, find: Problem<T>) =>
  (value: T, context: z.RefinementCtx): void => {
    const message = find(value);
    if (message !== null) context.addIssue({ code: "custom", message, params: { expected, told: true } });
  };

/** A map with exactly these keys; unknown ones are told which there are. */
export const exactly = <S extends z.core.$ZodLooseShape>(what: string, shape: S) =>
  z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? Object.keys(shape).join(" ") : what),
  });

/** One line of text without control characters: it goes into subjects and screens. */
export const line = (max: number) => {
  const error = `one line of text, 1 to ${max} characters`;
  return z
    .string({ error })
    .min(1, { error })
    .max(max, { error })
    .regex(/^\P{Cc}+$/u, { error });
};

/** Any text, perhaps of several lines. */
export const text = (max: number, error = `text of 1 to ${max} characters`) =>
  z.string({ error }).min(1, { error }).max(max, { error });

export const whole = (min: number, max: number, what = "a whole number") => {
  const error = `${what} from ${min} to ${max}`;
  return z.number({ error }).int({ error }).min(min, { error }).max(max, { error });
};

/** A duration in text with its bounds, both inclusive, in ms. `instead` names what else may stand there. */
export const duration = (minMs: number, maxMs: number, example: string, instead = "") => {
  const error = `${instead}a duration from ${formatDuration(minMs)} to ${formatDuration(maxMs)}, such as ${example}`;
  const fits = (value: string) => {
    const ms = parseDuration(value);
    return ms !== null && ms >= minMs && ms <= maxMs;
  };
  return z.string({ error }).regex(durationPattern, { error }).refine(fits, { error });
};

export const flag = () => z.boolean({ error: "true or false" });

export const oneOf = <const T extends readonly (string | number)[]>(values: T) =>
  z.literal(values, { error: `one of ${values.map((value) => JSON.stringify(value)).join(", ")}` });

export const list = <T extends z.ZodType>(item: T, max: number, what: string) => {
  const error = `a list of 1 to ${max} ${what}`;
  return z.array(item, { error }).min(1, { error }).max(max, { error });
};

const referenceForm = `each \${ to begin a reference such as \${NAME}, or to be doubled ($\${) when it stands for itself`;

/** Adds the rule that references to secrets are well formed. */
export const mayRefer = (value: string, context: z.RefinementCtx): void =>
  problem<string>(referenceForm, (text) =>
    referencesAreWellFormed(text) ? null : `expected ${referenceForm}`,
  )(value, context);
