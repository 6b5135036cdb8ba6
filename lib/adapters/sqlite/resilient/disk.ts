import { VigieError } from "../../../core/errors.ts";
import type { SqliteStores } from "../open.ts";
import { adopt, alertCopier, gateCopier, type Key, type Move, piles } from "./moves.ts";

/** The open file and what moves rows between it and memory. */
export interface Disk {
  stores: SqliteStores;
  writable: boolean;
  copyAlerts(keys: readonly Key[]): void;
  copyGate(org: string, kind: string): void;
  /** For what piles up in memory while the disk fails. */
  moves: Move[];
}

export interface OpenFile {
  /** For writing. */
  open(): SqliteStores;
  /** For reading, where writing is impossible. */
  openReadOnly(): SqliteStores;
}

/** The data file as it comes and goes. */
export interface Volume {
  /** Null while not even reading is possible. */
  disk(): Disk | null;
  /**
   * Opens the file anew for writing, or at least for reading and then still throws.
   * @throws what opening for writing threw
   */
  reopen(): Disk;
  close(): void;
}

function diskOver(stores: SqliteStores, memory: SqliteStores, writable: boolean): Disk {
  const [from, to] = [memory.connection, stores.connection];
  return {
    stores,
    writable,
    copyAlerts: alertCopier(from, to),
    copyGate: gateCopier(from, to),
    moves: piles(memory, stores),
  };
}

/** @param memory takes over what the file knows when it is opened for the first time */
export function makeVolume(file: OpenFile, memory: SqliteStores): Volume {
  let disk: Disk | null = null;
  let adopted = false;

  function use(stores: SqliteStores, writable: boolean): Disk {
    try {
      if (!adopted) adopt(stores.connection, memory.connection);
      adopted = true;
      disk = diskOver(stores, memory, writable);
      return disk;
    } catch (error) {
      stores.close();
      throw error;
    }
  }

  function close(): void {
    disk?.stores.close();
    disk = null;
  }

  return {
    disk: () => disk,
    reopen() {
      close(); // its own lock would be in the way
      try {
        return use(file.open(), true);
      } catch (error) {
        readAtLeast();
        throw error;
      }
    },
    close,
  };

  function readAtLeast(): void {
    try {
      use(file.openReadOnly(), false);
    } catch (unreadable) {
      if (!(unreadable instanceof VigieError)) throw unreadable;
    }
  }
}
