import { type AlertState, isTroubled } from "../../core/alert/state.ts";
import { hash32 } from "../../core/check/schedule.ts";
import type { AlertWrite, TroubledEndpoint, Versioned } from "../../core/ports.ts";
import { type Expression, setting } from "./expression.ts";
import { bytes, bytesOf, type Item, type Key, number, numberOf, text, textOf } from "./item.ts";
import { pack, unpack } from "./pack.ts";

/** Powers of two. A thousand writes a second fit into each partition: so many go bad, or are told, at once. */
const TROUBLE_BUCKETS = 16;
const UNSENT_BUCKETS = 8;

export const stateKey = (org: string, endpointId: string): Key => ({ pk: `A#${org}/${endpointId}`, sk: "-" });

const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}#${i}`);

const bucketFor = (prefix: string, of: string, count: number): string => `${prefix}#${hash32(of) % count}`;

/** Partitions of the index `troubled`. */
export const troubleBuckets: readonly string[] = numbered("t", TROUBLE_BUCKETS);

/** Partitions of the index `unsent` that hold an organization. */
export const unsentBuckets = (org: string): string[] => numbered(org, UNSENT_BUCKETS);

/** Who an index entry speaks of. Ids of endpoints hold no slash. */
export function troubledFrom(item: Item): TroubledEndpoint {
  const name = textOf(item, "pk").slice("A#".length);
  const slash = name.lastIndexOf("/");
  return { org: name.slice(0, slash), endpointId: name.slice(slash + 1) };
}

export const stateFrom = (item: Item): Versioned<AlertState> => ({
  version: numberOf(item, "version"),
  value: unpack<AlertState>(bytesOf(item, "body")),
});

/**
 * Where an entry of the index `troubled` stands: beside those of its shard, whose ticks are read together. `home` and `at`
 * are kept while it is out of trouble too, so that a write which doesn't know the shard puts it there again.
 */
function troubleOf({ state, shard }: AlertWrite): { text: string; values: Item } {
  const name = `${state.org}/${state.endpointId}`;
  const values = {
    ":home": text(bucketFor("t", shard ?? name, TROUBLE_BUCKETS)),
    ":at": text(`${shard ?? ""}#${name}`),
  };
  const [home, at] =
    shard === undefined ? ["if_not_exists(home, :home)", "if_not_exists(#at, :at)"] : [":home", ":at"];
  const bucket = isTroubled(state) ? `, #bucket = ${home}` : "";
  return { text: `home = ${home}, #at = ${at}${bucket}`, values };
}

/** Where the index `troubled` holds the entries of a shard: its partition, and how their places begin. */
export const troubleIn = (shard: string): { bucket: string; prefix: string } => ({
  bucket: bucketFor("t", shard, TROUBLE_BUCKETS),
  prefix: `${shard}#`,
});

/** The packed state, the same bytes for the same state: an answer that got lost can be told from another's write. */
export const bodyOf = (state: AlertState): Uint8Array => pack(state);

/** The change that a write makes. An item is in an index only as long as it belongs there. */
export function changeFor(write: AlertWrite, body: Uint8Array): Expression {
  const { state, expected } = write;
  const isUnsent = state.effects.length > 0;
  const attributes = {
    version: number((expected ?? 0) + 1),
    body: bytes(body),
    unsent: isUnsent ? text(bucketFor(state.org, state.endpointId, UNSENT_BUCKETS)) : null,
    unsentId: isUnsent ? text(state.endpointId) : null,
  };
  if (isTroubled(state)) {
    const change = setting(attributes, troubleOf(write));
    return { ...change, names: { ...change.names, "#at": "at", "#bucket": "bucket" } };
  }
  const change = setting({ ...attributes, bucket: null }, troubleOf(write));
  return { ...change, names: { ...change.names, "#at": "at" } };
}
