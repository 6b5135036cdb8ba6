import { VigieError } from "../../core/errors.ts";
import { type Item, type Key, keyOf, number } from "./item.ts";

/**
 * Schema version that this code writes into every item (`v`). Regions and functions are updated one after another, so
 * for a while versions that differ read and write the same items. The rule that makes it harmless:
 *
 * - A version only adds: attributes, fields of packed documents, columns of a tick. What exists keeps its meaning, and
 *   what is added may be absent. So a newer version reads everything older ones wrote.
 * - Readers pass over what they don't know. Writers change only the attributes they know (`setting`, never a whole item,
 *   where an item is changed more than once), and what is read, changed and written back as a document, an alert state,
 *   keeps the fields that core does not know.
 * - An attribute that follows from others (an index key) may be stale after an older version wrote: newer versions
 *   that add one have to bear that until every region is updated.
 * - What older versions must not touch gets a `v` of the next hundred: they refuse it (`newer_schema`).
 */
export const SCHEMA = 1;

const FIRST_FOREIGN = 100;

/** Refuses an item that a version of another hundred wrote. Without a `v` it is an index entry: keys only. */
export function readable(item: Item): Item {
  const version = Number(item["v"]?.N ?? SCHEMA);
  if (version < FIRST_FOREIGN) return item;
  throw new VigieError(
    "newer_schema",
    `The item ${item["pk"]?.S} ${item["sk"]?.S} has schema version ${version}, which this version of Vigie can't read: deploy the newer one here too.`,
  );
}

/** A whole item, with the schema version that writes it. */
export const itemOf = (key: Key, attributes: Item): Item => ({
  ...keyOf(key),
  v: number(SCHEMA),
  ...attributes,
});
