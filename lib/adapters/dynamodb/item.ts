import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { DamagedItem } from "./errors.ts";

/** An item as DynamoDB's own types; there are few attributes, since documents are packed (pack.ts). */
export type Item = Record<string, AttributeValue>;

export interface Key {
  pk: string;
  sk: string;
}

export const text = (value: string): AttributeValue => ({ S: value });
export const number = (value: number): AttributeValue => ({ N: String(value) });
export const bytes = (value: Uint8Array): AttributeValue => ({ B: value });
export const flag = (value: boolean): AttributeValue => ({ BOOL: value });
/** A set of texts; DynamoDB has no empty ones: leave the attribute out. */
export const texts = (values: Iterable<string>): AttributeValue => ({ SS: [...new Set(values)] });

export const keyOf = ({ pk, sk }: Key): Item => ({ pk: text(pk), sk: text(sk) });

function unexpected(item: Item, name: string, expected: string): DamagedItem {
  const where = `${item["pk"]?.S ?? "?"} ${item["sk"]?.S ?? "?"}`;
  return new DamagedItem(
    `the item ${where} holds no ${expected} in \`${name}\`: restore it from a backup, or remove it`,
  );
}

/** Attributes as the types they were stored as; anything else means that the item is not what we wrote. */
export function textOf(item: Item, name: string): string {
  const value = item[name]?.S;
  if (value === undefined) throw unexpected(item, name, "text");
  return value;
}

export function numberOf(item: Item, name: string): number {
  const value = Number(item[name]?.N);
  if (!Number.isFinite(value)) throw unexpected(item, name, "number");
  return value;
}

export function bytesOf(item: Item, name: string): Uint8Array {
  const value = item[name]?.B;
  if (value === undefined) throw unexpected(item, name, "bytes");
  return value;
}

/** False where it is absent. */
export const flagOf = (item: Item, name: string): boolean => item[name]?.BOOL ?? false;

/** Empty where it is absent. */
export const textsOf = (item: Item, name: string): string[] => item[name]?.SS ?? [];

/** Whole numbers as text that sorts as they do: epoch ms until the year 33658. */
export const padded = (value: number): string => String(value).padStart(15, "0");
