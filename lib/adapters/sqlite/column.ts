import type { SQLOutputValue } from "node:sqlite";
import { DamagedStore } from "./errors.ts";

type Column = SQLOutputValue | undefined;

function unexpected(column: Column, expected: string): DamagedStore {
  const found = column === null ? "null" : typeof column;
  return new DamagedStore(`the data file holds ${found} where ${expected} belongs: restore it from a backup`);
}

/** Columns as the types they were stored as; anything else means that the file is not what we wrote. */
export function number(column: Column): number {
  if (typeof column !== "number") throw unexpected(column, "a number");
  return column;
}

export const numberOrNull = (column: Column): number | null => (column === null ? null : number(column));

export function text(column: Column): string {
  if (typeof column !== "string") throw unexpected(column, "text");
  return column;
}

export function bytes(column: Column): Uint8Array {
  if (column instanceof Uint8Array) return column;
  throw unexpected(column, "bytes");
}

export const bytesOrNull = (column: Column): Uint8Array | null => (column === null ? null : bytes(column));

/** A document this adapter stored as JSON. Its table and schema version say that it is a `T`. */
export function document<T>(column: Column): T {
  try {
    return JSON.parse(text(column)) as T; // written by the same adapter from a T
  } catch (error) {
    if (error instanceof DamagedStore) throw error;
    throw new DamagedStore("the data file holds a document that is not JSON: restore it from a backup", {
      cause: error,
    });
  }
}
