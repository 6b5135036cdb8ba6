import type { ShardStay } from "../../core/ports.ts";
import { endpointKey, movedFromOf } from "./endpoint-item.ts";
import { setting } from "./expression.ts";
import { type Key, textOf, texts, textsOf } from "./item.ts";
import { shardKey } from "./shards.ts";
import type { Table } from "./table.ts";

/** How long a probe may go on with a list it read before an endpoint left it, in ms: it re-reads within minutes. */
const STALE_LIST_MS = 5 * 60_000;

/** Tells in which shards' items an endpoint's ticks are. */
export interface Placement {
  /** By endpoint id, the shards with ticks at `since` or later: the present one, and those it left after that. */
  shardsOf(org: string, ids: readonly string[], since: number): Promise<Map<string, string[]>>;
  /** Shards in which the organization has endpoints, or had. */
  shardsOfOrg(org: string): Promise<string[]>;
  /** The only regions in which a shard is checked; null: in all of them. */
  regionsOf(shard: string): Promise<readonly string[] | null>;
}

const keyFor = (org: string): Key => ({ pk: `O#${org}`, sk: "shards" });

const after = (stays: readonly ShardStay[], since: number): string[] =>
  stays.filter(({ at }) => at + STALE_LIST_MS >= since).map(({ shard }) => shard);

/**
 * Reads places from the table `config`: from the endpoints themselves, and for a whole organization from a set of its
 * own (`O#<org>`), which only grows. An endpoint that moved a moment ago may still be read at its old place: its
 * next ticks are seen when it is read again.
 */
export function makePlacement(config: Table): Placement {
  return {
    async shardsOf(org, ids, since) {
      const items = await config.getMany(
        ids.map((id) => endpointKey(org, id)),
        false,
      );
      return new Map(
        items.map((item) => {
          const present = item["shard"] === undefined ? [] : [textOf(item, "shard")];
          const shards = new Set([...present, ...after(movedFromOf(item), since)]);
          return [textOf(item, "sk"), [...shards]];
        }),
      );
    },

    async shardsOfOrg(org) {
      return textsOf((await config.get(keyFor(org), false)) ?? {}, "shards").toSorted();
    },

    async regionsOf(shard) {
      const regions = textsOf((await config.get(shardKey(shard), false)) ?? {}, "regions");
      return regions.length === 0 ? null : regions;
    },
  };
}

/** Notes in which shards organizations have endpoints. */
export function makeShardNotes(config: Table) {
  const known = new Set<string>();
  return {
    /** Before the endpoint is written: the set may hold more than is true, never less. */
    async add(org: string, shard: string): Promise<void> {
      const name = `${org}#${shard}`;
      if (known.has(name)) return; // the set only grows
      const version = setting({});
      await config.update(keyFor(org), {
        ...version,
        text: `${version.text} ADD shards :shard`,
        values: { ...version.values, ":shard": texts([shard]) },
      });
      known.add(name);
    },
  };
}
