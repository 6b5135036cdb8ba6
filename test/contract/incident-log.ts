import { describe, expect, test } from "vitest";
import { Unavailable } from "../../lib/core/errors.ts";
import type { Incident } from "../../lib/core/incident/incident.ts";
import type { IncidentLog } from "../../lib/core/ports.ts";
import { incidentSample, MINUTE, messageSample, ORG, OTHER_ORG, T0 } from "./samples.ts";
import { type MakeSubject, subjects } from "./subject.ts";

const idsOf = (incidents: readonly Incident[]): string[] => incidents.map(({ id }) => id);

const ended = (id: string, changes: Partial<Incident> = {}): Incident =>
  incidentSample(id, { endedAt: T0 + MINUTE, closed: "recovered", verdict: "up", ...changes });

/**
 * What every IncidentLog does. An incident comes with its messages oldest first: `get` with all of them, `list`
 * with the latest 50 at least.
 */
export function describeIncidentLogContract(name: string, make: MakeSubject<IncidentLog>): void {
  const next = subjects(make);
  const fresh = async (): Promise<IncidentLog> => (await next()).store;

  describe(`IncidentLog, ${name}`, () => {
    test("what is put is read back, every field of it", async () => {
      const log = await fresh();
      const incident = ended("i1", { website: "« 東京 »", messages: [messageSample("m1")] });
      await log.put(incident);
      expect(await log.get(ORG, "i1")).toEqual(incident);
    });

    test("an unknown incident is null", async () => {
      const log = await fresh();
      expect(await log.get(ORG, "nothing")).toBeNull();
      expect(await log.list({ org: ORG, limit: 10 })).toEqual([]);
      expect(await log.messages(ORG, 10)).toEqual([]);
    });

    test("the highest revision stays, in whatever order they arrive, however often", async () => {
      const log = await fresh();
      const revisions = [1, 2, 3].map((revision) =>
        incidentSample("i1", { revision, availability: revision / 10 }),
      );
      for (const i of [0, 2, 1, 2, 0]) await log.put(revisions[i] ?? incidentSample("never"));
      expect(await log.get(ORG, "i1")).toEqual(revisions[2]);
      expect(idsOf(await log.list({ org: ORG, limit: 10 }))).toEqual(["i1"]);
    });

    test("a message is logged once by its effect id; the first stays", async () => {
      const log = await fresh();
      await log.put(incidentSample("i1"));
      const first = messageSample("e1", {
        deliveries: [{ channel: "mail", ok: false, error: "no", at: T0 }],
      });
      await log.addMessage(ORG, "i1", first);
      await log.addMessage(ORG, "i1", messageSample("e1", { sentAt: T0 + 5 }));
      expect((await log.get(ORG, "i1"))?.messages).toEqual([first]);
      expect(await log.messages(ORG, 10)).toEqual([{ ...first, incidentId: "i1", endpointId: "shop" }]);
    });

    test("messages already logged stay when the incident is put again without them", async () => {
      const log = await fresh();
      await log.put(incidentSample("i1", { messages: [messageSample("e1")] }));
      await log.addMessage(ORG, "i1", messageSample("e2", { sentAt: T0 + 1 }));
      await log.put(
        incidentSample("i1", { revision: 2, messages: [messageSample("e3", { sentAt: T0 + 2 })] }),
      );
      const found = (await log.get(ORG, "i1"))?.messages ?? [];
      expect(found.map(({ effectId }) => effectId)).toEqual(["e1", "e2", "e3"]);
    });

    test("a message may arrive before its incident", async () => {
      const log = await fresh();
      await log.addMessage(ORG, "i1", messageSample("e1"));
      await log.put(incidentSample("i1"));
      expect((await log.get(ORG, "i1"))?.messages).toEqual([messageSample("e1")]);
    });

    test("more messages than an incident carries inside are all in the log", async () => {
      const log = await fresh();
      await log.put(incidentSample("i1"));
      const messages = Array.from({ length: 60 }, (_, i) => messageSample(`e${i}`, { sentAt: T0 + i }));
      for (const message of messages) await log.addMessage(ORG, "i1", message);
      expect((await log.get(ORG, "i1"))?.messages).toEqual(messages);
      const [listed] = await log.list({ org: ORG, limit: 1 });
      expect(listed?.messages.slice(-50)).toEqual(messages.slice(-50));
    });

    test("lists begin with the latest start and end at the limit", async () => {
      const log = await fresh();
      for (const i of [2, 0, 3, 1]) await log.put(incidentSample(`i${i}`, { startedAt: T0 + i }));
      expect(idsOf(await log.list({ org: ORG, limit: 10 }))).toEqual(["i3", "i2", "i1", "i0"]);
      expect(idsOf(await log.list({ org: ORG, limit: 2 }))).toEqual(["i3", "i2"]);
      expect(idsOf(await log.list({ org: ORG, limit: 2, before: T0 + 2 }))).toEqual(["i1", "i0"]);
    });

    test("lists can be of one endpoint, of open ones, of ended ones", async () => {
      const log = await fresh();
      await log.put(incidentSample("open"));
      await log.put(ended("ended", { startedAt: T0 + 1 }));
      await log.put(incidentSample("blog-open", { endpointId: "blog", startedAt: T0 + 2 }));
      await log.put(ended("blog-ended", { endpointId: "blog", startedAt: T0 + 3 }));
      const list = async (query: {
        endpointId?: string;
        open?: boolean;
        before?: number;
      }): Promise<string[]> => idsOf(await log.list({ org: ORG, limit: 10, ...query }));
      expect(await list({ open: true })).toEqual(["blog-open", "open"]);
      expect(await list({ open: false })).toEqual(["blog-ended", "ended"]);
      expect(await list({ endpointId: "blog" })).toEqual(["blog-ended", "blog-open"]);
      expect(await list({ endpointId: "blog", open: true })).toEqual(["blog-open"]);
      expect(await list({ endpointId: "shop", open: false, before: T0 + 1 })).toEqual([]);
      expect(await list({ endpointId: "nobody" })).toEqual([]);
    });

    test("an incident that ends leaves the list of open ones", async () => {
      const log = await fresh();
      await log.put(incidentSample("i1"));
      await log.put(ended("i1", { revision: 2 }));
      expect(await log.list({ org: ORG, limit: 10, open: true })).toEqual([]);
      expect(idsOf(await log.list({ org: ORG, limit: 10, open: false }))).toEqual(["i1"]);
    });

    test("messages of an organization begin with the latest and name incident and endpoint", async () => {
      const log = await fresh();
      await log.put(incidentSample("i1"));
      await log.put(incidentSample("i2", { endpointId: "blog" }));
      await log.addMessage(ORG, "i1", messageSample("e1", { sentAt: T0 + 1 }));
      await log.addMessage(ORG, "i2", messageSample("e2", { sentAt: T0 + 3 }));
      await log.addMessage(ORG, "i1", messageSample("e3", { sentAt: T0 + 2 }));
      const found = await log.messages(ORG, 2);
      expect(found.map(({ effectId, incidentId, endpointId }) => [effectId, incidentId, endpointId])).toEqual(
        [
          ["e2", "i2", "blog"],
          ["e3", "i1", "shop"],
        ],
      );
    });

    test("organizations don't see each other", async () => {
      const log = await fresh();
      await log.put(incidentSample("i1", { org: OTHER_ORG }));
      await log.addMessage(OTHER_ORG, "i1", messageSample("e1"));
      expect(await log.get(ORG, "i1")).toBeNull();
      expect(await log.list({ org: ORG, limit: 10 })).toEqual([]);
      expect(await log.messages(ORG, 10)).toEqual([]);
      await log.put(incidentSample("i1", { website: "ours" }));
      expect((await log.get(ORG, "i1"))?.messages).toEqual([]);
      expect((await log.get(OTHER_ORG, "i1"))?.website).toBe("Shop");
    });

    test("out of reach writes are Unavailable and change nothing", async ({ skip }) => {
      const { store: log, putOutOfReach } = await next();
      if (typeof putOutOfReach === "string") return skip(putOutOfReach);
      await log.put(incidentSample("i1"));
      const back = await putOutOfReach();
      await expect(log.put(incidentSample("i1", { revision: 2 }))).rejects.toBeInstanceOf(Unavailable);
      await expect(log.addMessage(ORG, "i1", messageSample("e1"))).rejects.toBeInstanceOf(Unavailable);
      await back();
      expect(await log.get(ORG, "i1")).toEqual(incidentSample("i1"));
    });
  });
}
