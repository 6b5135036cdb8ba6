import * as z from "zod";
import { exactly } from "../../lib/core/endpoint/fields.ts";
import { issuesOf } from "../../lib/core/endpoint/issues.ts";
import { InvalidInput } from "../../lib/core/errors.ts";

/** The schema of a query: strict, so that a mistyped parameter is seen. */
export const querySchema = <S extends z.core.$ZodLooseShape>(shape: S) => exactly("a query", shape);

/** The query of a request, parsed. @throws InvalidInput */
export function parseQuery<T>(schema: z.ZodType<T>, query: Readonly<Record<string, string | undefined>>): T {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  throw new InvalidInput(issuesOf(parsed.error.issues, query, () => null, "query"));
}

/** A parameter that is one of some words. */
export const wordOf = <const T extends readonly [string, ...string[]]>(words: T) =>
  z.enum(words, { error: words.join(" or ") });

/** How many things a list answers at most. */
export const limitOf = (most: number, byDefault: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, `a whole number from 1 to ${most}`)
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= most, `a whole number from 1 to ${most}`)
    .default(byDefault);

/** A moment: epoch ms or ISO 8601. */
export const momentSchema = z
  .string()
  .max(40)
  .transform((text) => (/^\d{1,16}$/.test(text) ? Number(text) : Date.parse(text)))
  .refine((at) => Number.isFinite(at), "a time: epoch milliseconds or ISO 8601, as in 2026-11-20T08:00:00Z");
