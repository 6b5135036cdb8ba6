import type { Clock } from "../../lib/core/ports.ts";
import { type Snapshot, troubledIds, withVerdicts, withWindow } from "./rows.ts";
import type { DashboardSource, ShownWindow } from "./source.ts";

/** What a reading changes of the snapshot that was current when it ended. */
export type Change = (before: Snapshot) => Partial<Snapshot>;
export type Reading = () => Promise<Change>;

export interface ReadingDeps {
  source: DashboardSource;
  clock: Pick<Clock, "now">;
  current(): Snapshot;
  /** Whose details are wanted. */
  watched(): string | null;
  /** How many messages are wanted. */
  wanted(): number;
}

/** Everything that is read from the source, each by itself. */
export interface Readings {
  window(window: ShownWindow): Reading;
  verdicts: Reading;
  messages: Reading;
  detail: Reading;
}

export const makeReadings = ({ source, clock, current, watched, wanted }: ReadingDeps): Readings => ({
  window: (window) => async () => {
    const fresh = await source.overview(window);
    const at = clock.now();
    return ({ rows, readAt }) => ({
      rows: withWindow(rows, fresh, window),
      readAt: { ...readAt, [window]: at },
    });
  },
  async verdicts() {
    const verdicts = await source.verdicts(troubledIds(current().rows));
    return ({ rows }) => ({ rows: withVerdicts(rows, verdicts) });
  },
  async messages() {
    const asked = wanted();
    const messages = await source.messages(asked);
    return () => ({ messages, moreMessages: messages.length === asked });
  },
  async detail() {
    const id = watched();
    const detail = id === null ? null : await source.detail(id);
    return () => (watched() === id ? { detail } : {});
  },
});
