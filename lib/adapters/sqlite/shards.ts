import { shardCountFor, shardOf, shardOffsetMs } from "../../core/check/schedule.ts";
import type { Endpoint } from "../../core/endpoint/endpoint.ts";
import type { ShardRef } from "../../core/ports.ts";

/** What decides in which shard an enabled endpoint is. */
export interface ShardEntry {
  org: string;
  id: string;
  /** Grows with every write to any endpoint and never comes back. */
  version: number;
  rounds: boolean;
}

/** A shard's name: `minutes-8-3` is the fourth of eight. A name of another count means another list. */
interface ShardName {
  rounds: boolean;
  count: number;
  index: number;
}

const MINUTE = 60_000;

/** Whether an endpoint is checked in rounds, in shards of their own. */
export const inRounds = (endpoint: Pick<Endpoint, "intervalMs">): boolean => endpoint.intervalMs < MINUTE;

const idOf = ({ rounds, count, index }: ShardName): string =>
  `${rounds ? "rounds" : "minutes"}-${count}-${index}`;

function nameOf(id: string): ShardName | null {
  const [, kind, count, index] = /^(minutes|rounds)-(\d+)-(\d+)$/.exec(id) ?? [];
  if (kind === undefined) return null;
  return { rounds: kind === "rounds", count: Number(count), index: Number(index) };
}

/** Organizations may use the same ids: only both together are spread evenly. */
const indexOf = ({ org, id }: Pick<ShardEntry, "org" | "id">, count: number): number =>
  shardOf(`${org}/${id}`, count);

/**
 * Two lists of one shard are the same when their newest version and their length are: what came later has a higher
 * version than all before it, and what only went away made the list shorter.
 */
function shardRef(name: ShardName, members: readonly ShardEntry[]): ShardRef {
  const newest = members.reduce((most, { version }) => Math.max(most, version), 0);
  return {
    id: idOf(name),
    version: `${newest}.${members.length}`,
    count: members.length,
    offsetMs: shardOffsetMs(name.index, name.count),
    rounds: name.rounds,
  };
}

function shardsOfKind(entries: readonly ShardEntry[], rounds: boolean): ShardRef[] {
  const count = shardCountFor(entries.length);
  const lists = new Map<number, ShardEntry[]>();
  for (const entry of entries) {
    const index = indexOf(entry, count);
    const list = lists.get(index);
    if (list === undefined) lists.set(index, [entry]);
    else list.push(entry);
  }
  return [...lists]
    .sort(([a], [b]) => a - b)
    .map(([index, list]) => shardRef({ rounds, count, index }, list));
}

/** The shards of all enabled endpoints, empty ones left out. */
export const shardsOf = (entries: readonly ShardEntry[]): ShardRef[] =>
  [false, true].flatMap((rounds) =>
    shardsOfKind(
      entries.filter((entry) => entry.rounds === rounds),
      rounds,
    ),
  );

/** Those of the enabled endpoints that are in the shard; none when its name is unknown or of another count. */
export function membersOf<T extends ShardEntry>(entries: readonly T[], id: string): T[] {
  const name = nameOf(id);
  if (name === null) return [];
  const ofKind = entries.filter(({ rounds }) => rounds === name.rounds);
  if (shardCountFor(ofKind.length) !== name.count) return [];
  return ofKind.filter((entry) => indexOf(entry, name.count) === name.index);
}
