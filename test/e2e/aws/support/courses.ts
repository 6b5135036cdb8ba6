/** Ways in which an outage comes about. */
import type { CheckRecord } from "../../../../lib/core/check/record.ts";
import { failedRecord, recordSample } from "../../../contract/samples.ts";
import { REGIONS } from "./contexts.ts";
import { type Installation, MINUTE, ORG } from "./installation.ts";
import type { Course } from "./outage.ts";

/** Through every function: websites fail, and probes find it. */
export function throughProbes(vigie: Installation): Course {
  const { internet } = vigie;
  return {
    before: async () => void (await vigie.minutes(2)),
    async fail(id) {
      internet.set("fails", { sites: [id] });
      await vigie.minutes(1);
    },
    stay: async () => void (await vigie.minutes(2)),
    async heal(id) {
      internet.set("well", { sites: [id] });
      await vigie.minutes(1);
    },
    recover: async () => void (await vigie.minutes(1)),
    after: async () => void (await vigie.minutes(2)),
  };
}

/** As through probes, but "up" is the minute in which it is well for the first time: the slow lane checks it, and lets it go. */
export function throughSlowLane(vigie: Installation): Course {
  const course = throughProbes(vigie);
  return { ...course, heal: course.stay, recover: course.heal, after: course.stay };
}

/** As through probes, but in the minute in which it fails home takes nothing: what was found waits in the regions' queues. */
export function throughForward(vigie: Installation): Course {
  const { box } = vigie;
  const course = throughProbes(vigie);
  return {
    ...course,
    async fail(id) {
      const away = [
        box.faults.add({ service: "execute-api" }, "broken"),
        box.faults.add({ action: "PutItem", resource: "table/vigie-ticks" }, "throttled"),
      ];
      vigie.internet.set("fails", { sites: [id] });
      await vigie.tick();
      for (const fault of away) fault.end();
      await vigie.settle();
    },
  };
}

type Sample = (changes: Partial<CheckRecord>) => CheckRecord;

/** Without probes: what they would write and post is put where they put it. For functions at home. */
export function withoutProbes(vigie: Installation): Course {
  const { box, stores, account } = vigie;

  /** The next minute begins, and every region has found this. */
  async function minute(id: string, sample: Sample): Promise<CheckRecord[]> {
    const scheduledAt = (Math.floor(box.clock.now() / MINUTE) + 1) * MINUTE;
    box.clock.forwardTo(scheduledAt);
    const { shard = "" } = (await stores.endpoints.get(ORG, id)) ?? {};
    const records = REGIONS.map((region) =>
      sample({ org: ORG, endpointId: id, region, scheduledAt, startedAt: scheduledAt + 100 }),
    );
    for (const record of records) await stores.ticks.append([record], { shard, lane: "main" });
    return records;
  }

  function post({ org, endpointId, region, scheduledAt, outcome, totalMs }: CheckRecord): void {
    const posts = [{ org, endpointId, outcomes: [{ region, scheduledAt, outcome, totalMs }] }];
    account.failures.send(JSON.stringify({ v: 1, type: "failures", posts }));
  }

  async function watched(id: string, sample: Sample): Promise<void> {
    await minute(id, sample);
    await vigie.watchdog();
  }

  return {
    async before(id) {
      await minute(id, recordSample);
      await minute(id, recordSample);
    },
    async fail(id) {
      for (const record of await minute(id, failedRecord)) post(record);
      await vigie.settle();
    },
    stay: (id) => watched(id, failedRecord),
    heal: (id) => watched(id, recordSample),
    recover: (id) => watched(id, recordSample),
    after: (id) => watched(id, recordSample),
  };
}
