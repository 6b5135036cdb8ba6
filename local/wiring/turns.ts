import type { CheckRecord } from "../../lib/core/check/record.ts";
import type { MetricsSink } from "../../lib/core/ports.ts";
import type { Listener } from "./events.ts";

export interface TurnsDeps {
  listener: Listener;
  /** How people call the endpoint; null when it is gone. */
  titleOf(org: string, endpointId: string): Promise<string | null>;
  /** Whether first outcomes that are ok are told too: of thousands they would fill the screen. */
  tellFirstOk(): boolean;
}

interface Last {
  scheduledAt: number;
  failed: boolean;
}

/** A sink that tells each endpoint's first outcome, and every turn between ok and failed; what doesn't count it passes over. */
export function makeTurns({ listener, titleOf, tellFirstOk }: TurnsDeps): MetricsSink {
  const last = new Map<string, Last>();

  async function look(record: CheckRecord): Promise<void> {
    const { org, endpointId, scheduledAt } = record;
    const key = `${org}/${endpointId}`;
    const before = last.get(key);
    const failed = record.outcome !== "ok";
    if (record.invalid !== undefined) return;
    if (before !== undefined && before.scheduledAt > scheduledAt) return; // a straggler of an earlier tick
    last.set(key, { scheduledAt, failed });
    const first = before === undefined;
    const worthTelling = first ? failed || tellFirstOk() : before.failed !== failed;
    const title = worthTelling ? await titleOf(org, endpointId) : null;
    if (title !== null) listener({ kind: "turned", title, record, first });
  }

  return {
    async write(records) {
      for (const record of records) await look(record);
    },
  };
}
