import { type Unavailable, VigieError } from "../../core/errors.ts";
import { fromAws } from "../aws/errors.ts";

/** An item is not what this version of Vigie, or any older one, writes. */
export class DamagedItem extends VigieError {
  constructor(message: string, options?: { cause?: unknown }) {
    super("damaged_item", message, options);
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "");

/** Whether a conditional write found its condition unmet. */
export const isConditionFailed = (error: unknown): boolean =>
  nameOf(error) === "ConditionalCheckFailedException";

/**
 * How often the SDK had tried when it gave up. After a lost answer it tries again, and the second try of a
 * conditional write may fail because the first one had succeeded.
 */
export function attemptsOf(error: unknown): number {
  const metadata: unknown = error instanceof Error ? Reflect.get(error, "$metadata") : undefined;
  const attempts: unknown =
    typeof metadata === "object" && metadata !== null ? Reflect.get(metadata, "attempts") : undefined;
  return typeof attempts === "number" ? attempts : 1;
}

const advice: readonly (readonly [RegExp, string, string])[] = [
  [/^ResourceNotFound/, "table_missing", "it does not exist in this account and region: deploy again"],
  [
    /^(AccessDenied|UnrecognizedClient|InvalidSignature|MissingAuthenticationToken|ExpiredToken)/,
    "aws_refused",
    "this role may not use it: deploy again, so that its policy names the table",
  ],
];

/** DynamoDB's errors in core's words: Unavailable where the same call may succeed later, else what a person has to do. */
export function translated(error: unknown, table: string): Unavailable | VigieError {
  if (error instanceof VigieError) return error;
  const known = advice.find(([pattern]) => pattern.test(nameOf(error)));
  if (known === undefined) return fromAws(error, `Table ${table} did not answer as it should`);
  const [, code, words] = known;
  return new VigieError(code, `Table ${table}: ${words} (${nameOf(error)}).`, { cause: error });
}
