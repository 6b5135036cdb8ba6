/** The partition keys that a DynamoDB request names. */
interface Keyed {
  S?: string;
}
type Item = Record<string, Keyed>;

interface ItemRequest {
  Key?: Item;
  Item?: Item;
  RequestItems?: Record<
    string,
    { Keys?: Item[] } | { PutRequest?: { Item: Item }; DeleteRequest?: { Key: Item } }[]
  >;
  KeyConditionExpression?: string;
  ExpressionAttributeValues?: Record<string, Keyed>;
}

/** The placeholder that a query's equality names: the other condition, if any, is about the sort key and none. */
function queried({ KeyConditionExpression = "", ExpressionAttributeValues = {} }: ItemRequest): string[] {
  const [, placeholder = ""] = /(?:^|[^<>])=\s*(:\w+)/.exec(KeyConditionExpression) ?? [];
  return textOf(ExpressionAttributeValues[placeholder]);
}

const textOf = (value: Keyed | undefined): string[] => (value?.S === undefined ? [] : [value.S]);

function batched({ RequestItems = {} }: ItemRequest): Item[] {
  return Object.values(RequestItems).flatMap((table) =>
    Array.isArray(table)
      ? table.map(({ PutRequest, DeleteRequest }) => PutRequest?.Item ?? DeleteRequest?.Key ?? {})
      : (table.Keys ?? []),
  );
}

/** @param partitionKey its attribute's name in every table of Vigie */
export function leadingKeysOf(request: ItemRequest, partitionKey = "pk"): string[] {
  const items = [request.Key ?? request.Item ?? {}, ...batched(request)];
  return [...items.flatMap((item) => textOf(item[partitionKey])), ...queried(request)];
}
