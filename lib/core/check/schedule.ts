/**
 * When an endpoint is due and in which shard it is: arithmetic on its id, so that load spreads evenly and nothing
 * has to be remembered. Times are epoch ms.
 */

const MINUTE = 60_000;

/** Endpoints one probe invocation checks (DESIGN, "shard"). */
export const SHARD_SIZE = 500;

/** Shard and minute come from different hashes: with one, a shard's endpoints would share their minutes. */
const MINUTE_SEED = 0x6d696e;
const SHARD_SEED = 0x736864;

/**
 * A 32-bit hash whose every output bit depends on every input bit: FNV-1a over the UTF-16 code units, then the
 * finalizer of MurmurHash3 (public domain, A. Appleby). FNV alone leaves its low bits weak, and remainders use those.
 */
export function hash32(text: string, seed = 0): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * Whether an endpoint is checked in the minute that holds `scheduledAt`. One with an interval of n minutes is due in
 * every n-th, which one follows from its id; at a minute or less it is due in every minute (`roundsOf` says when in it).
 * @param troubled not `up`, or its latest outcome in any region failed: then it is due every minute
 */
export function isDue(id: string, intervalMs: number, scheduledAt: number, troubled = false): boolean {
  const every = Math.floor(intervalMs / MINUTE);
  if (troubled || every <= 1) return true;
  return Math.floor(scheduledAt / MINUTE) % every === hash32(id, MINUTE_SEED) % every;
}

/**
 * The ticks of one minute, from its tick at `tickAt` on: 0, 15, 30 and 45 s after it for an interval of 15 s;
 * `tickAt` alone for a minute and more.
 */
export function roundsOf(intervalMs: number, tickAt: number): number[] {
  const count = Math.max(1, Math.floor(MINUTE / intervalMs));
  return Array.from({ length: count }, (_, round) => tickAt + round * intervalMs);
}

/** Intervals under a minute that an endpoint may have. */
export const SHORT_INTERVALS_MS: readonly number[] = [10_000, 15_000, 20_000, 30_000];

/** Every moment after its tick at which a minute may have a round, in ms, ascending: 0, 10,000, 15,000, … */
export const roundOffsetsMs: readonly number[] = [
  ...new Set(SHORT_INTERVALS_MS.flatMap((intervalMs) => roundsOf(intervalMs, 0))),
].toSorted((a, b) => a - b);

/** The shard of an endpoint, 0 to shardCount - 1. The count is a power of two: doubling it moves only half. */
export const shardOf = (id: string, shardCount: number): number => hash32(id, SHARD_SEED) & (shardCount - 1);

/**
 * How many shards hold n endpoints: the least power of two that leaves each room for four standard deviations of
 * the hash's spread, so that none comes over `size` in practice.
 */
export function shardCountFor(n: number, size = SHARD_SIZE): number {
  let count = 1;
  for (let mean = n; mean + (count === 1 ? 0 : 4 * Math.sqrt(mean)) > size; mean = n / count) count *= 2;
  return count;
}

/**
 * How far into the minute a shard ticks, in ms: evenly spread, and by bit reversal a shard keeps its place
 * when the count doubles.
 */
export function shardOffsetMs(shard: number, shardCount: number): number {
  let reversed = 0;
  for (let bit = 1; bit < shardCount; bit *= 2) reversed = reversed * 2 + (shard & bit ? 1 : 0);
  return Math.floor((reversed * MINUTE) / shardCount);
}
