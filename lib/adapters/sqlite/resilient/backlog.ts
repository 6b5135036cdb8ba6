import type { SqliteStores } from "../open.ts";
import type { Disk } from "./disk.ts";
import { alertKeys, copyEndpoints, type Key } from "./moves.ts";

/** What memory has and the disk lacks. */
export interface Backlog {
  alertsChanged(keys: readonly Key[]): void;
  endpointsChanged(): void;
  /** The file was opened anew: nobody knows what it holds. */
  everythingChanged(): void;
  /** Moves one slice to the disk, as one step; false when there is nothing left. */
  drain(to: Disk): boolean;
}

const SLICE = 64;

/** Alert states go first: they keep people from being told twice. */
export function makeBacklog(memory: SqliteStores): Backlog {
  const alerts = new Map<string, Key>();
  let endpoints = false;

  function alertsChanged(keys: readonly Key[]): void {
    for (const key of keys) alerts.set(key.join("\n"), key);
  }

  function drainAlerts(to: Disk): void {
    const slice = [...alerts].slice(0, SLICE);
    to.copyAlerts(slice.map(([, key]) => key));
    for (const [name] of slice) alerts.delete(name);
  }

  return {
    alertsChanged,
    endpointsChanged() {
      endpoints = true;
    },
    everythingChanged() {
      endpoints = true;
      alertsChanged(alertKeys(memory.connection));
    },
    drain(to) {
      if (alerts.size > 0) {
        drainAlerts(to);
        return true;
      }
      if (endpoints) {
        copyEndpoints(memory.connection, to.stores.connection);
        endpoints = false;
        return true;
      }
      return to.moves.some((move) => move());
    },
  };
}
