import type { Endpoint } from "../../core/endpoint/endpoint.ts";
import { InvalidInput } from "../../core/errors.ts";
import type { Origin, ShardStay, StoredEndpoint } from "../../core/ports.ts";
import { bytes, flag, type Item, type Key, number, numberOf, text, textOf } from "./item.ts";
import { pack, unpack } from "./pack.ts";

/** Up to here an endpoint is stored as JSON that people can read in a console. */
const READABLE_BYTES = 2_048;
/** Compressed. An item takes 400 KB, but a shard's list holds 500 of them. */
const LARGEST_BYTES = 128 * 1_024;

export const endpointKey = (org: string, id: string): Key => ({ pk: `E#${org}`, sk: id });

/** Where an endpoint is checked, and was. */
export interface Place {
  shard: string | null;
  movedFrom: readonly ShardStay[];
}

function bodyOf(endpoint: Endpoint): Item[string] {
  const json = JSON.stringify(endpoint);
  if (Buffer.byteLength(json) <= READABLE_BYTES) return text(json);
  const packed = pack(endpoint);
  if (packed.length <= LARGEST_BYTES) return bytes(packed);
  const size = `${Math.ceil(packed.length / 1_024)} KB`;
  const message = `is too large: ${size} compressed, at most 128 KB are stored. Shorten its body or headers.`;
  throw new InvalidInput([{ path: "", expected: "at most 128 KB compressed", received: size, message }]);
}

/**
 * What an endpoint's item holds besides its key; null is removed. `shard` and `shardSk` put it into the index of its
 * shard: a paused one is in none.
 * @throws InvalidInput when it is too large to be stored
 */
export function attributesOf(
  endpoint: Endpoint,
  origin: Origin,
  version: number,
  { shard, movedFrom }: Place,
) {
  return {
    version: number(version),
    origin: text(origin),
    enabled: flag(endpoint.enabled),
    body: bodyOf(endpoint),
    shard: shard === null ? null : text(shard),
    shardSk: shard === null ? null : text(`${endpoint.org}#${endpoint.id}`),
    movedFrom: movedFrom.length === 0 ? null : text(JSON.stringify(movedFrom)),
  };
}

/** Shards the endpoint of an item was in before, oldest first. */
export const movedFromOf = (item: Item): ShardStay[] =>
  item["movedFrom"] === undefined ? [] : (JSON.parse(textOf(item, "movedFrom")) as ShardStay[]); // from attributesOf

function endpointOf(item: Item): Endpoint {
  const packed = item["body"]?.B;
  return packed === undefined ? (JSON.parse(textOf(item, "body")) as Endpoint) : unpack<Endpoint>(packed); // bodyOf
}

export function storedFrom(item: Item): StoredEndpoint {
  const movedFrom = movedFromOf(item);
  return {
    endpoint: endpointOf(item),
    origin: textOf(item, "origin") === "file" ? "file" : "api",
    version: numberOf(item, "version"),
    ...(item["shard"] === undefined ? {} : { shard: textOf(item, "shard") }),
    ...(movedFrom.length === 0 ? {} : { movedFrom }),
  };
}
