import type { CheckRecord } from "../../../core/check/record.ts";
import { VigieError } from "../../../core/errors.ts";
import { breathe } from "../connection.ts";
import { DamagedStore } from "../errors.ts";
import type { SqliteStores } from "../open.ts";
import { type Backlog, makeBacklog } from "./backlog.ts";
import { type Buffer, makeBuffer } from "./buffer.ts";
import { type Disk, makeVolume, type OpenFile, type Volume } from "./disk.ts";
import {
  beganMessage,
  droppingMessage,
  isDiskTrouble,
  lostMessage,
  makeBackoff,
  needsReopening,
  overMessage,
  type StoreTrouble,
} from "./trouble.ts";

export interface RecorderOptions extends OpenFile {
  /** All stores in memory, empty. */
  memory: SqliteStores;
  /** Epoch ms. */
  now(): number;
  onTrouble(event: StoreTrouble): void;
  /** Outcomes that memory holds at most. */
  mostRecords: number;
}

/** A disk that fails now. */
export interface Trouble {
  /** Epoch ms. */
  since: number;
  /** What the latest attempt failed with. */
  cause: VigieError;
  /** Outcomes dropped so far. */
  lost: number;
}

const PROBE = "INSERT INTO counters VALUES ('recoveries', 1) ON CONFLICT DO UPDATE SET value = value + 1";

/**
 * Decides whether the disk or memory takes a write. Whatever runs between two awaits is one step: a write that finds
 * trouble is in memory before `recover` can find memory empty, so nothing is left behind there.
 */
export class Recorder {
  readonly backlog: Backlog;
  readonly #options: RecorderOptions;
  readonly #volume: Volume;
  readonly #buffer: Buffer;
  #trouble: Trouble | null = null;
  #backoff: ReturnType<typeof makeBackoff>;
  #recovering: Promise<boolean> | null = null;

  /** @throws what opening the file threw, unless that is a disk that may work again later */
  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#volume = makeVolume(options, options.memory);
    this.#buffer = makeBuffer(options.memory, options.mostRecords);
    this.#backoff = makeBackoff(options.now);
    this.backlog = makeBacklog(options.memory);
    try {
      this.#volume.reopen();
    } catch (error) {
      if (!isDiskTrouble(error) || error instanceof DamagedStore) {
        this.#volume.close();
        throw error;
      }
      this.#begin(error);
    }
  }

  get trouble(): Trouble | null {
    return this.#trouble;
  }

  /** Writes to the disk; to memory while that fails. */
  async record<T>(
    onDisk: (disk: Disk) => Promise<T>,
    inMemory: (cause: VigieError) => Promise<T>,
  ): Promise<T> {
    if (this.#trouble !== null && this.#recovering === null && this.#backoff.isDue()) await this.recover();
    if (this.#trouble !== null) return inMemory(this.#trouble.cause);
    try {
      return await onDisk(this.#writable());
    } catch (error) {
      if (!isDiskTrouble(error)) throw error;
      return inMemory(this.#begin(error).cause);
    }
  }

  /** Writes to the disk; Unavailable while that fails. */
  insist<T>(onDisk: (disk: Disk) => Promise<T>): Promise<T> {
    return this.record(onDisk, async (cause) => {
      throw cause;
    });
  }

  /** What the disk answers; `otherwise` when it can't. */
  async read<T>(onDisk: (stores: SqliteStores) => Promise<T>, otherwise: T): Promise<T> {
    const disk = this.#volume.disk();
    if (disk === null) return otherwise;
    try {
      return await onDisk(disk.stores);
    } catch (error) {
      if (!isDiskTrouble(error)) throw error;
      this.#begin(error);
      return otherwise;
    }
  }

  /** Adds at most a slice of outcomes to memory. */
  async buffer(records: readonly CheckRecord[]): Promise<void> {
    const dropped = await this.#buffer.append(records);
    if (dropped === 0 || this.#trouble === null) return;
    if (this.#trouble.lost === 0) {
      const { now, onTrouble, mostRecords } = this.#options;
      onTrouble({ kind: "dropping", at: now(), message: droppingMessage(mostRecords) });
    }
    this.#trouble.lost += dropped;
  }

  /** Empties the write-ahead log; while the disk fails that is left for later. */
  checkpoint(): void {
    if (this.#trouble !== null) return;
    try {
      this.#writable().stores.checkpoint();
    } catch (error) {
      if (!isDiskTrouble(error)) throw error;
      this.#begin(error);
    }
  }

  /** Tries the disk now, whatever the backoff says; answers whether recording works. */
  async recover(): Promise<boolean> {
    if (this.#trouble === null) return true;
    this.#recovering ??= this.#attempt(this.#trouble).finally(() => {
      this.#recovering = null;
    });
    return this.#recovering;
  }

  /** The end of the process waits for nobody: what is left goes to the disk at once, or is said to be lost. */
  close(): void {
    if (this.#trouble !== null) this.#lastAttempt(this.#trouble);
    this.#trouble = null;
    this.#volume.close();
    this.#options.memory.close();
  }

  #begin(cause: VigieError): Trouble {
    if (this.#trouble !== null) return this.#trouble;
    const { now, onTrouble } = this.#options;
    const trouble = { since: now(), cause, lost: 0 };
    this.#trouble = trouble;
    this.#backoff = makeBackoff(now);
    onTrouble({ kind: "began", at: trouble.since, cause, message: beganMessage(cause) });
    return trouble;
  }

  #over({ since, lost }: Trouble): void {
    const { now, onTrouble } = this.#options;
    this.#trouble = null;
    onTrouble({ kind: "over", at: now(), since, lost, message: overMessage(lost) });
  }

  /** The file open for writing; opened anew where the trouble may lie with the connection. */
  #writable(trouble?: Trouble): Disk {
    const disk = this.#volume.disk();
    if (disk?.writable && !(trouble && needsReopening(trouble.cause))) return disk;
    const fresh = this.#volume.reopen();
    this.backlog.everythingChanged();
    return fresh;
  }

  async #attempt(trouble: Trouble): Promise<boolean> {
    try {
      const disk = this.#writable(trouble);
      const { connection } = disk.stores;
      connection.write(() => connection.query(PROBE).run());
      while (this.backlog.drain(disk)) await breathe();
      this.#over(trouble);
      return true;
    } catch (error) {
      if (!(error instanceof VigieError)) throw error;
      trouble.cause = error;
      this.#backoff.failedAgain();
      return false;
    }
  }

  #lastAttempt(trouble: Trouble): void {
    try {
      const disk = this.#writable(trouble);
      let more = true;
      while (more) more = this.backlog.drain(disk);
      this.#over(trouble);
    } catch (error) {
      if (!(error instanceof VigieError)) throw error;
      const { now, onTrouble } = this.#options;
      const lost = trouble.lost + this.#buffer.size();
      onTrouble({ kind: "lost", at: now(), since: trouble.since, lost, message: lostMessage(lost) });
    }
  }
}
