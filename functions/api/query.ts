import * as z from "zod";
import { InvalidInput } from "../../lib/core/errors.ts";

/** The query of a request, parsed strictly: an unknown parameter is refused, so that a typing error is seen. */
export function parseQuery<T>(schema: z.ZodType<T>, query: Readonly<Record<string, string | undefined>>): T {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  throw new InvalidInput(
    parsed.error.issues.flatMap((issue) => {
      const names = issue.code === "unrecognized_keys" ? issue.keys : [String(issue.path[0] ?? "")];
      return names.map((name) => ({
        path: `query.${name}`,
        expected: issue.code === "unrecognized_keys" ? "no such parameter" : issue.message,
        received: JSON.stringify(query[name] ?? null).slice(0, 100),
        message: issue.message,
      }));
    }),
  );
}

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
