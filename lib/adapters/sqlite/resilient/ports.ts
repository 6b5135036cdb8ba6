import { Unavailable } from "../../../core/errors.ts";
import type { Bucket } from "../../../core/history/bucket.ts";
import type { AlertStore } from "../../../core/ports.ts";
import { number } from "../column.ts";
import type { LocalEndpoints } from "../endpoints.ts";
import type { OrgHistory } from "../history.ts";
import type { SqliteStores } from "../open.ts";
import { type RowLog, slicesOf, WRITE_SLICE } from "../ticks.ts";
import { firsts, mergedTicks } from "./merge.ts";
import { copyEndpoints, type Key } from "./moves.ts";
import type { Recorder } from "./recorder.ts";

/** Outcomes: written in slices, each wholly to the disk or wholly to memory; read from both. */
export function resilientTicks(recorder: Recorder, memory: SqliteStores): RowLog {
  return {
    async append(records) {
      for (const slice of slicesOf(records, WRITE_SLICE)) {
        await recorder.record(
          (disk) => disk.stores.ticks.append(slice),
          () => recorder.buffer(slice),
        );
      }
    },
    async outcomes(...query) {
      const inMemory = await memory.ticks.outcomes(...query);
      const onDisk = await recorder.read((disk) => disk.ticks.outcomes(...query), new Map());
      const ids = new Set([...onDisk.keys(), ...inMemory.keys()]);
      return new Map(
        [...ids].map((id) => [id, mergedTicks(onDisk.get(id) ?? [], inMemory.get(id) ?? [])] as const),
      );
    },
    async records(...query) {
      const inMemory = await memory.ticks.records(...query);
      return mergedTicks(await recorder.read((disk) => disk.ticks.records(...query), []), inMemory);
    },
    async all(...query) {
      const inMemory = await memory.ticks.all(...query);
      return mergedTicks(await recorder.read((disk) => disk.ticks.all(...query), []), inMemory);
    },
  };
}

/** Alert state is judged in memory, which knows all of it, and copied to the disk before it is acknowledged. */
export function resilientAlerts(recorder: Recorder, memory: SqliteStores): AlertStore {
  const save = (keys: readonly Key[]): Promise<void> =>
    recorder.record(
      async (disk) => disk.copyAlerts(keys),
      async () => recorder.backlog.alertsChanged(keys),
    );
  return {
    get: (...query) => memory.alerts.get(...query),
    getMany: (...query) => memory.alerts.getMany(...query),
    troubled: () => memory.alerts.troubled(),
    unsent: (...query) => memory.alerts.unsent(...query),
    async putMany(writes) {
      const result = await memory.alerts.putMany(writes);
      if (writes.length > 0) await save(writes.map(({ state }) => [state.org, state.endpointId]));
      return result;
    },
    async remove(org, endpointId) {
      await memory.alerts.remove(org, endpointId);
      await save([[org, endpointId]]);
    },
    async openGate(org, kind, now, until) {
      const opened = await memory.alerts.openGate(org, kind, now, until);
      if (opened) {
        await recorder.record(
          async (disk) => disk.copyGate(org, kind),
          async () => undefined, // it holds for seconds: not worth keeping for later
        );
      }
      return opened;
    },
  };
}

/**
 * Endpoints are read from memory. What the configuration file declares goes on from memory when the disk fails; a
 * change through the API is then refused as Unavailable, since it would be gone with the process.
 */
export function resilientEndpoints(recorder: Recorder, memory: SqliteStores): LocalEndpoints {
  const insist = <T>(write: (stores: SqliteStores) => Promise<T>): Promise<T> =>
    recorder.insist(async ({ stores }) => {
      const result = await write(stores);
      copyEndpoints(stores.connection, memory.connection);
      return result;
    });
  return {
    shards: () => memory.endpoints.shards(),
    shard: (id) => memory.endpoints.shard(id),
    get: (...query) => memory.endpoints.get(...query),
    getMany: (...query) => memory.endpoints.getMany(...query),
    list: (org) => memory.endpoints.list(org),
    put: (...write) => insist(({ endpoints }) => endpoints.put(...write)),
    remove: (...write) => insist(({ endpoints }) => endpoints.remove(...write)),
    replaceAll(origin, endpoints) {
      const onDisk = async (stores: SqliteStores) => {
        const changes = await stores.endpoints.replaceAll(origin, endpoints);
        copyEndpoints(stores.connection, memory.connection);
        return changes;
      };
      if (origin === "api") return recorder.insist(({ stores }) => onDisk(stores));
      return recorder.record(
        ({ stores }) => onDisk(stores),
        async () => {
          recorder.backlog.endpointsChanged();
          return memory.endpoints.replaceAll(origin, endpoints);
        },
      );
    },
  };
}

/** Buckets that memory takes while the disk fails: an hour of a thousand endpoints ten times over. */
const MOST_BUCKETS = 10_000;

const bucketKey = ({ start, region }: Bucket): string => `${start}\n${region}`;

/** Buckets pile up in memory up to a limit; beyond it they are Unavailable, and a later rollup makes them anew. */
export function resilientHistory(recorder: Recorder, memory: SqliteStores): OrgHistory {
  const count = memory.connection.query("SELECT count(*) FROM buckets");

  async function hold(buckets: readonly Bucket[]): Promise<void> {
    if (number(count.get()?.[0]) + buckets.length > MOST_BUCKETS) {
      throw new Unavailable("memory holds all the history it may while the disk fails: free the disk");
    }
    await memory.history.put(buckets);
  }

  return {
    async put(buckets) {
      for (const slice of slicesOf(buckets, WRITE_SLICE)) {
        await recorder.record(
          (disk) => disk.stores.history.put(slice),
          () => hold(slice),
        );
      }
    },
    async list(...query) {
      const inMemory = await memory.history.list(...query);
      const onDisk = await recorder.read((disk) => disk.history.list(...query), []);
      if (inMemory.length === 0) return onDisk;
      return firsts([...inMemory, ...onDisk], bucketKey).sort((a, b) => a.start - b.start);
    },
    async rolledUpTo(org) {
      const inMemory = await memory.history.rolledUpTo(org);
      const onDisk = await recorder.read((disk) => disk.history.rolledUpTo(org), null);
      return inMemory === null || onDisk === null ? (inMemory ?? onDisk) : Math.max(inMemory, onDisk);
    },
    markRolledUp: (org, hour) =>
      recorder.record(
        (disk) => disk.stores.history.markRolledUp(org, hour),
        () => memory.history.markRolledUp(org, hour),
      ),
  };
}
