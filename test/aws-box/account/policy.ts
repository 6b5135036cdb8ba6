/** IAM as far as Vigie's policies go: allows by action, resource and the leading keys of a table. */
import * as z from "zod";

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

const statement = z.strictObject({
  Sid: z.string(),
  Effect: z.literal("Allow"),
  Action: oneOrMore,
  Resource: oneOrMore,
  Condition: z
    .partialRecord(
      z.enum(["ForAllValues:StringLike", "ForAllValues:StringEquals"]),
      z.strictObject({ "dynamodb:LeadingKeys": oneOrMore }),
    )
    .optional(),
});

export const policyDocument = z.object({ Statement: z.array(statement) });

export type Statement = z.output<typeof statement>;

/** A call as IAM sees it. */
export interface Asked {
  /** `dynamodb:PutItem`. */
  action: string;
  resources: readonly string[];
  /** Partition keys of the items that are touched; empty where there are none. */
  leadingKeys: readonly string[];
}

/** `*` is any text, `?` any character. */
function like(pattern: string, text: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s").test(text);
}

const fits = (patterns: readonly string[], text: string): boolean =>
  patterns.some((pattern) => like(pattern, text));

/** What stands under ForAllValues holds where there are no values, as in IAM. */
const conditionsHold = ({ Condition = {} }: Statement, { leadingKeys }: Asked): boolean =>
  Object.values(Condition).every((keys) =>
    leadingKeys.every((key) => fits(keys?.["dynamodb:LeadingKeys"] ?? [], key)),
  );

/** A call of several resources needs an allow for each of them. */
export function allowOf(statements: readonly Statement[], asked: Asked): Statement[] | null {
  const resources = asked.resources.length === 0 ? ["*"] : asked.resources;
  const allows = resources.map((resource) =>
    statements.find(
      (one) => fits(one.Action, asked.action) && fits(one.Resource, resource) && conditionsHold(one, asked),
    ),
  );
  return allows.every((allow) => allow !== undefined) ? allows : null;
}
