import {
  type AttributeValue,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { type Batches, makeBatches } from "./batch.ts";
import type { Dynamo } from "./dynamo.ts";
import { attemptsOf, isConditionFailed, translated } from "./errors.ts";
import { type Expression, together } from "./expression.ts";
import { type Item, type Key, keyOf, text } from "./item.ts";
import { readable } from "./schema.ts";

/**
 * How a conditional write ended. `unclear`: the condition failed at a second try of the SDK, whose first may have
 * succeeded without an answer.
 */
export type Written = "written" | "refused" | "unclear";

export interface Question {
  index?: string;
  /** Name and value of the partition key's attribute; `pk` unless an index is asked. */
  partition: readonly [name: string, value: string];
  /** Name of the sort key's attribute and its bounds, both included; or the beginning it has to have. */
  between?: readonly [name: string, low: string, high: string];
  beginsWith?: readonly [name: string, prefix: string];
  /** Strongly consistent; indexes never are. */
  consistent?: boolean;
  backwards?: boolean;
  /** Most items that one page reads. */
  pageSize?: number;
  filter?: Expression;
  /** Names of attributes wanted (it saves time on the wire, not read units). */
  only?: readonly string[];
}

export interface Table extends Batches {
  readonly name: string;
  get(key: Key, consistent?: boolean): Promise<Item | null>;
  put(item: Item, condition?: Expression): Promise<Written>;
  /** Answers with the item's new attributes, or how it failed. */
  update(key: Key, change: Expression, condition?: Expression): Promise<Item | "refused" | "unclear">;
  remove(key: Key, condition?: Expression): Promise<Written>;
  /** Page by page, in the order of the sort key. */
  query(question: Question): AsyncGenerator<Item[]>;
}

const conditionOf = (condition: Expression | undefined) =>
  condition === undefined ? {} : { ConditionExpression: condition.text };

function keyCondition({ partition, between, beginsWith }: Question): Expression {
  const names: Record<string, string> = { "#p": partition[0] };
  const values: Item = { ":p": text(partition[1]) };
  const range = between?.[0] ?? beginsWith?.[0];
  if (range !== undefined) names["#s"] = range;
  if (between !== undefined) {
    Object.assign(values, { ":low": text(between[1]), ":high": text(between[2]) });
    return { text: "#p = :p AND #s BETWEEN :low AND :high", names, values };
  }
  if (beginsWith === undefined) return { text: "#p = :p", names, values };
  return {
    text: "#p = :p AND begins_with(#s, :prefix)",
    names,
    values: { ...values, ":prefix": text(beginsWith[1]) },
  };
}

/** Wanted attributes by `#` names: any of them may be a reserved word. */
function projection(only: readonly string[] | undefined): Expression | undefined {
  if (only === undefined) return undefined;
  const names = Object.fromEntries(only.map((name, i) => [`#o${i}`, name]));
  return { text: Object.keys(names).join(", "), names };
}

function queryInput(table: string, question: Question): QueryCommandInput {
  const { index, consistent = false, backwards = false, pageSize, filter } = question;
  const key = keyCondition(question);
  const wanted = projection(question.only);
  return {
    TableName: table,
    KeyConditionExpression: key.text,
    ConsistentRead: consistent,
    ScanIndexForward: !backwards,
    ...(index === undefined ? {} : { IndexName: index }),
    ...(pageSize === undefined ? {} : { Limit: pageSize }),
    ...(filter === undefined ? {} : { FilterExpression: filter.text }),
    ...(wanted === undefined ? {} : { ProjectionExpression: wanted.text }),
    ...together([key, filter, wanted]),
  };
}

/** One table. Errors come out in core's words (errors.ts); a failed condition is an answer, not an error. */
export function openTable({ client, clock }: Dynamo, name: string): Table {
  async function attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw translated(error, name);
    }
  }

  async function conditional<T>(work: () => Promise<T>): Promise<T | "refused" | "unclear"> {
    try {
      return await work();
    } catch (error) {
      if (isConditionFailed(error)) return attemptsOf(error) > 1 ? "unclear" : "refused";
      throw translated(error, name);
    }
  }

  async function* query(question: Question): AsyncGenerator<Item[]> {
    const input = queryInput(name, question);
    let start: Record<string, AttributeValue> | undefined;
    do {
      const from = start === undefined ? {} : { ExclusiveStartKey: start };
      const page = await attempt(() => client.send(new QueryCommand({ ...input, ...from })));
      yield (page.Items ?? []).map(readable);
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
  }

  return {
    name,
    ...makeBatches({ client, clock }, name),

    async get(key, consistent = true) {
      const command = new GetItemCommand({ TableName: name, Key: keyOf(key), ConsistentRead: consistent });
      const { Item: found } = await attempt(() => client.send(command));
      return found === undefined ? null : readable(found);
    },

    put: (item, condition) =>
      conditional(async () => {
        const rest = { ...conditionOf(condition), ...together([condition]) };
        await client.send(new PutItemCommand({ TableName: name, Item: item, ...rest }));
        return "written" as const;
      }),

    update: (key, change, condition) =>
      conditional(async () => {
        const { Attributes = {} } = await client.send(
          new UpdateItemCommand({
            TableName: name,
            Key: keyOf(key),
            UpdateExpression: change.text,
            ReturnValues: "ALL_NEW",
            ...conditionOf(condition),
            ...together([change, condition]),
          }),
        );
        return Attributes;
      }),

    remove: (key, condition) =>
      conditional(async () => {
        const rest = { ...conditionOf(condition), ...together([condition]) };
        await client.send(new DeleteItemCommand({ TableName: name, Key: keyOf(key), ...rest }));
        return "written" as const;
      }),

    query,
  };
}

/** All items of a question, in order. */
export async function allOf(table: Table, question: Question): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of table.query(question)) items.push(...page);
  return items;
}
