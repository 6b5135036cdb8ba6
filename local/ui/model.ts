import type { Clock } from "../../lib/core/ports.ts";
import type { DashboardSettings } from "../settings.ts";
import { makeReadings, type Reading } from "./readings.ts";
import type { Snapshot } from "./rows.ts";
import type { DashboardSource, SourceChange } from "./source.ts";

export interface ModelDeps {
  source: DashboardSource;
  clock: Clock;
  /** How often to read; asked each time, since a reload may change it. */
  settings(): DashboardSettings;
  signal: AbortSignal;
}

/** Keeps the snapshot fresh. */
export interface Model {
  snapshot(): Snapshot;
  subscribe(onChange: () => void): () => void;
  /** Whose details are wanted; null: nobody's. */
  watch(endpointId: string | null): void;
  /** How many messages are wanted at the least. */
  wantMessages(count: number): void;
  /** Reads until the signal aborts. Never rejects. */
  run(): Promise<void>;
}

/** Reading may take a tenth of the time at most: where it gets slow, it comes more rarely. */
const SHARE = 10;
const MESSAGES_AT_FIRST = 100;
/** A message is logged only once it was sent: until then it is shown as it was told. */
const LOGGED_AFTER_MS = 1_500;

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const emptySnapshot = (source: DashboardSource, at: number): Snapshot => ({
  at,
  rows: [],
  readAt: { "10m": null, "1h": null },
  messages: [],
  moreMessages: false,
  detail: null,
  status: source.status(),
  problem: null,
});

/** A snapshot that tells when it is replaced. */
function makeShown(source: DashboardSource, clock: Clock, signal: AbortSignal) {
  const subscribers = new Set<() => void>();
  let current = emptySnapshot(source, clock.now());
  return {
    snapshot: () => current,
    subscribe(tell: () => void) {
      subscribers.add(tell);
      return () => subscribers.delete(tell);
    },
    show(change: Partial<Snapshot>): void {
      if (signal.aborted) return;
      current = { ...current, ...change, status: source.status(), at: clock.now() };
      for (const tell of [...subscribers]) tell();
    },
  };
}

/** Reads one thing after the other: together they would hold up the process for longer. Shows what was read at once. */
function makeReader({ snapshot, show }: ReturnType<typeof makeShown>) {
  let last: Promise<void> = Promise.resolve();

  async function readNow(readings: readonly Reading[]): Promise<void> {
    try {
      let change: Partial<Snapshot> = {};
      for (const reading of readings) {
        const apply = await reading();
        change = { ...change, ...apply({ ...snapshot(), ...change }) };
      }
      show({ ...change, problem: null });
    } catch (error) {
      show({ problem: textOf(error) });
    }
  }

  return (...readings: Reading[]): Promise<void> => {
    last = last.then(() => readNow(readings));
    return last;
  };
}

export function makeModel({ source, clock, settings, signal }: ModelDeps): Model {
  let watchedId: string | null = null;
  let wanted = MESSAGES_AT_FIRST;
  let isLooking = false;
  const shown = makeShown(source, clock, signal);
  const read = makeReader(shown);
  const readings = makeReadings({
    source,
    clock,
    current: shown.snapshot,
    watched: () => watchedId,
    wanted: () => wanted,
  });
  const readRecent = () => read(readings.window("10m"), readings.messages, readings.detail);
  const readHour = () => read(readings.window("1h"));

  async function repeat(everyMs: () => number, work: () => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      const begun = clock.now();
      await work();
      const took = Math.max(0, clock.now() - begun);
      await clock.sleep(Math.max(everyMs(), Math.min(took * SHARE, everyMs() * SHARE)), signal);
    }
  }

  /** Many messages at once are one reason to look. */
  async function lookForMessages(): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    await clock.sleep(LOGGED_AFTER_MS, signal);
    isLooking = false;
    if (!signal.aborted) await read(readings.verdicts, readings.messages);
  }

  function onChange(change: SourceChange): void {
    shown.show({});
    if (change === "message") void lookForMessages();
    if (change === "endpoints") void Promise.all([readRecent(), readHour()]);
  }

  return {
    snapshot: shown.snapshot,
    subscribe: shown.subscribe,
    watch(id) {
      if (watchedId === id) return;
      watchedId = id;
      shown.show({ detail: null });
      if (id !== null) void read(readings.detail);
    },
    wantMessages(count) {
      if (count <= wanted) return;
      wanted = count;
      void read(readings.messages);
    },
    async run() {
      const unsubscribe = source.subscribe(onChange);
      await Promise.all([
        repeat(() => settings().recentEveryMs, readRecent),
        repeat(() => settings().hourEveryMs, readHour),
      ]);
      unsubscribe();
    },
  };
}
