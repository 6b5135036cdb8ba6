import type { CheckRecord } from "../../lib/core/check/record.ts";
import type { MetricsSink } from "../../lib/core/ports.ts";
import type { Listener } from "./events.ts";

export interface TurnsDeps {
  listener: Listener;
  /** How people call the endpoint; null when it is gone. */
  titleOf(endpointId: string): string | null;
  /** Whether first outcomes that are ok are told too: of thousands they would fill the screen. */
  tellFirstOk(): boolean;
}

/** A sink that tells each endpoint's first outcome and every turn between ok and failed; what doesn't count it passes over. */
export function makeTurns({ listener, titleOf, tellFirstOk }: TurnsDeps): MetricsSink {
  const failed = new Map<string, { at: number; failed: boolean }>();
  function tell(record: CheckRecord): void {
    const title = titleOf(record.endpointId);
    if (record.invalid !== undefined || title === null) return;
    const now = record.outcome !== "ok";
    const before = failed.get(record.endpointId);
    if (before !== undefined && before.at > record.scheduledAt) return; // a straggler of an earlier tick
    failed.set(record.endpointId, { at: record.scheduledAt, failed: now });
    const first = before === undefined;
    if (first ? now || tellFirstOk() : before.failed !== now)
      listener({ kind: "turned", title, record, first });
  }
  return {
    async write(records) {
      for (const record of records) tell(record);
    },
  };
}
