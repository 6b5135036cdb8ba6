import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { type Item, number } from "./item.ts";
import { SCHEMA } from "./schema.ts";

/** An expression, with what stands for its `:values` and, where they may be reserved words, its `#names`. */
export interface Expression {
  text: string;
  values?: Item;
  names?: Record<string, string>;
}

/** What ExpressionAttributeValues and -Names have to hold for the expressions of one command. */
export function together(expressions: readonly (Expression | undefined)[]) {
  const given = expressions.filter((expression) => expression !== undefined);
  const values: Item = Object.assign({}, ...given.map((expression) => expression.values));
  const names: Record<string, string> = Object.assign({}, ...given.map((expression) => expression.names));
  return {
    ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
    ...(Object.keys(names).length === 0 ? {} : { ExpressionAttributeNames: names }),
  };
}

/**
 * Sets attributes, removes those that are null, and says which schema version wrote them. Other attributes stay.
 * @param also further assignments such as `version = version + :one`, with their values
 */
export function setting(
  attributes: Record<string, AttributeValue | null>,
  also: { text: string; values: Item } = { text: "", values: {} },
): Expression {
  const all = Object.entries({ v: number(SCHEMA), ...attributes });
  const set = all.flatMap(([, value], i) => (value === null ? [] : [`#a${i} = :a${i}`]));
  const removed = all.flatMap(([, value], i) => (value === null ? [`#a${i}`] : []));
  const assignments = [...set, ...(also.text === "" ? [] : [also.text])].join(", ");
  return {
    text: `SET ${assignments}${removed.length === 0 ? "" : ` REMOVE ${removed.join(", ")}`}`,
    names: Object.fromEntries(all.map(([name], i) => [`#a${i}`, name])),
    values: {
      ...Object.fromEntries(all.flatMap(([, value], i) => (value === null ? [] : [[`:a${i}`, value]]))),
      ...also.values,
    },
  };
}

/** A partition key without an item behind it. */
export const ABSENT: Expression = { text: "attribute_not_exists(pk)" };
