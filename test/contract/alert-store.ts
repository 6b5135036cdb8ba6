import { describe, expect, test } from "vitest";
import type { NotifyEffect } from "../../lib/core/alert/effect.ts";
import { failure } from "../../lib/core/check/outcome.ts";
import { Unavailable } from "../../lib/core/errors.ts";
import type { AlertStore } from "../../lib/core/ports.ts";
import { troubledIn } from "../support/troubled.ts";
import { incidentSample, messageSample, ORG, OTHER_ORG, SECOND, stateSample, T0 } from "./samples.ts";
import { type MakeSubject, subjects } from "./subject.ts";

const notify = (id: string): NotifyEffect => ({
  do: "notify",
  id,
  kind: "down",
  incidentId: "i1",
  at: T0,
  website: "Shop",
  title: "Website Shop is down.",
  body: "Regions: …",
  claim: { by: "me", until: T0 + 30 * SECOND },
});

const full = stateSample("full", {
  verdict: "down",
  incident: incidentSample("i1", { messages: [messageSample("m1")] }),
  effects: [
    notify("i1/down"),
    { do: "record", id: "i1/record.1", incident: incidentSample("i1"), claim: null },
  ],
  flapping: { changes: [T0, T0 + 1], since: T0, announcedDownAt: T0 + 1, incidentId: "i1" },
  regions: {
    "eu-west-3": {
      failing: true,
      since: T0,
      outcomes: [
        {
          region: "eu-west-3",
          scheduledAt: T0,
          outcome: failure("tcp.reset", "reset « 東京 »"),
          totalMs: 1.5,
          timings: { dnsMs: 0.5, connectMs: null, tlsMs: null, firstByteMs: null, transferMs: null },
          posted: true,
        },
      ],
      lastVoteAt: null,
      votingSince: T0,
      asideSince: T0,
    },
  },
});

/** What every AlertStore does. A state is created as version 1, and each write adds one. */
export function describeAlertStoreContract(name: string, make: MakeSubject<AlertStore>): void {
  const next = subjects(make);
  const fresh = async (): Promise<AlertStore> => (await next()).store;

  describe(`AlertStore, ${name}`, () => {
    test("what is put is read back, every field of it", async () => {
      const store = await fresh();
      expect(await store.putMany([{ state: full, expected: null }])).toEqual({ conflicts: [] });
      expect(await store.get(ORG, "full")).toEqual({ value: full, version: 1 });
    });

    test("an unknown endpoint is null", async () => {
      const store = await fresh();
      expect(await store.get(ORG, "nobody")).toBeNull();
      expect(await store.getMany(ORG, ["nobody"])).toEqual(new Map());
      expect(await store.getMany(ORG, [])).toEqual(new Map());
    });

    test("a write replaces the version it names; each adds one", async () => {
      const store = await fresh();
      await store.putMany([{ state: stateSample("a"), expected: null }]);
      for (const version of [1, 2, 3]) {
        const state = stateSample("a", { revision: `after ${version}` });
        expect(await store.putMany([{ state, expected: version }])).toEqual({ conflicts: [] });
      }
      expect(await store.get(ORG, "a")).toEqual({
        value: stateSample("a", { revision: "after 3" }),
        version: 4,
      });
    });

    test("of several writes those whose condition fails are named, the others done", async () => {
      const store = await fresh();
      await store.putMany(["a", "b", "c"].map((id) => ({ state: stateSample(id), expected: null })));
      await store.putMany([{ state: stateSample("b", { revision: "first" }), expected: 1 }]);
      const { conflicts } = await store.putMany([
        { state: stateSample("a", { revision: "new" }), expected: 1 },
        { state: stateSample("b", { revision: "late" }), expected: 1 },
        { state: stateSample("c", { revision: "late" }), expected: null },
        { state: stateSample("d", { revision: "new" }), expected: null },
        { state: stateSample("e", { revision: "late" }), expected: 1 },
      ]);
      expect(conflicts.sort()).toEqual(["b", "c", "e"]);
      const found = await store.getMany(ORG, ["a", "b", "c", "d", "e"]);
      expect([...found].map(([id, { value }]) => [id, value.revision]).sort()).toEqual([
        ["a", "new"],
        ["b", "first"],
        ["c", "r1"],
        ["d", "new"],
      ]);
    });

    test("of two writes at once on one version exactly one wins", async () => {
      const store = await fresh();
      const write = (revision: string, expected: number | null) =>
        store.putMany([{ state: stateSample("a", { revision }), expected }]);
      const created = await Promise.all([write("x", null), write("y", null)]);
      expect(created.map(({ conflicts }) => conflicts.length).sort()).toEqual([0, 1]);
      const replaced = await Promise.all([write("x", 1), write("y", 1)]);
      expect(replaced.map(({ conflicts }) => conflicts.length).sort()).toEqual([0, 1]);
      expect((await store.get(ORG, "a"))?.version).toBe(2);
    });

    test("a hundred writes at once", async () => {
      const store = await fresh();
      const ids = Array.from({ length: 120 }, (_, i) => `site-${i}`);
      await store.putMany(ids.map((id) => ({ state: stateSample(id), expected: null })));
      expect((await store.getMany(ORG, ids)).size).toBe(120);
    });

    test("troubled are those not up, with something undone or flapping, and only as long as they are", async () => {
      const store = await fresh();
      const flapping = { changes: [T0], since: T0, announcedDownAt: null, incidentId: null };
      await store.putMany(
        [
          stateSample("up"),
          stateSample("down", { verdict: "down" }),
          stateSample("degraded", { verdict: "degraded" }),
          stateSample("unsent", { effects: [notify("e")] }),
          stateSample("flapping", { flapping }),
          stateSample("theirs", { org: OTHER_ORG, verdict: "down" }),
        ].map((state) => ({ state, expected: null })),
      );
      const ids = async (): Promise<string[]> =>
        (await troubledIn(store)).map(({ endpointId }) => endpointId).sort();
      expect(await ids()).toEqual(["degraded", "down", "flapping", "theirs", "unsent"]);
      await store.putMany(
        ["degraded", "unsent", "flapping"].map((id) => ({ state: stateSample(id), expected: 1 })),
      );
      await store.remove(OTHER_ORG, "theirs");
      expect(await ids()).toEqual(["down"]);
    });

    test("unsent are those of the organization with effects, at most so many, as they are now", async () => {
      const store = await fresh();
      const withEffect = (id: string, org = ORG) => stateSample(id, { org, effects: [notify(`${id}/down`)] });
      await store.putMany(
        [
          withEffect("a"),
          withEffect("b"),
          withEffect("theirs", OTHER_ORG),
          stateSample("sent", { verdict: "down" }),
        ].map((state) => ({ state, expected: null })),
      );
      const ids = async (limit = 10): Promise<string[]> =>
        (await store.unsent(ORG, limit)).map(({ value }) => value.endpointId).sort();
      expect(await ids()).toEqual(["a", "b"]);
      expect(await ids(1)).toHaveLength(1);
      await store.putMany([{ state: withEffect("b"), expected: 1 }]);
      await store.putMany([{ state: stateSample("a"), expected: 1 }]);
      expect(await store.unsent(ORG, 10)).toEqual([{ value: withEffect("b"), version: 2 }]);
      expect((await store.unsent(OTHER_ORG, 10)).map(({ value }) => value.endpointId)).toEqual(["theirs"]);
    });

    test("naming the shard changes nothing but the order in which the troubled come", async () => {
      const store = await fresh();
      const down = (id: string) => stateSample(id, { verdict: "down" });
      await store.putMany([
        { state: down("a"), expected: null, shard: "minutes-1" },
        { state: down("b"), expected: null },
      ]);
      await store.putMany([{ state: down("a"), expected: 1 }]);
      const found = await troubledIn(store);
      expect(found).toHaveLength(2);
      expect(found).toContainEqual({ org: ORG, endpointId: "a" });
      expect(found).toContainEqual({ org: ORG, endpointId: "b" });
    });

    test("removed is gone; removing again is fine; it can be created anew", async () => {
      const store = await fresh();
      await store.putMany([{ state: stateSample("a"), expected: null }]);
      await store.remove(ORG, "a");
      await store.remove(ORG, "a");
      expect(await store.get(ORG, "a")).toBeNull();
      expect(await store.putMany([{ state: stateSample("a"), expected: 1 }])).toEqual({ conflicts: ["a"] });
      expect(await store.putMany([{ state: stateSample("a"), expected: null }])).toEqual({ conflicts: [] });
    });

    test("organizations don't see each other", async () => {
      const store = await fresh();
      await store.putMany([{ state: stateSample("a", { org: OTHER_ORG }), expected: null }]);
      expect(await store.get(ORG, "a")).toBeNull();
      expect(await store.getMany(ORG, ["a"])).toEqual(new Map());
      expect(await store.putMany([{ state: stateSample("a"), expected: null }])).toEqual({ conflicts: [] });
      await store.remove(ORG, "a");
      expect((await store.get(OTHER_ORG, "a"))?.version).toBe(1);
    });

    test("changing what was read or written changes nothing in the store", async () => {
      const store = await fresh();
      const state = stateSample("a");
      await store.putMany([{ state, expected: null }]);
      state.verdict = "down";
      const read = await store.get(ORG, "a");
      if (read !== null) read.value.verdict = "degraded";
      expect((await store.get(ORG, "a"))?.value.verdict).toBe("up");
    });

    test("a gate opens once, stays open until its time, then opens again", async () => {
      const store = await fresh();
      expect(await store.openGate(ORG, "down", T0, T0 + 30_000)).toBe(true);
      expect(await store.openGate(ORG, "down", T0, T0 + 30_000)).toBe(false);
      expect(await store.openGate(ORG, "down", T0 + 29_999, T0 + 59_999)).toBe(false);
      expect(await store.openGate(ORG, "down", T0 + 30_000, T0 + 60_000)).toBe(true);
      expect(await store.openGate(ORG, "down", T0 + 59_999, T0 + 90_000)).toBe(false);
    });

    test("a gate that was opened before the clock was set back holds nobody", async () => {
      const store = await fresh();
      expect(await store.openGate(ORG, "down", T0, T0 + 30_000)).toBe(true);
      expect(await store.openGate(ORG, "down", T0 - 59_999, T0 - 29_999)).toBe(false);
      expect(await store.openGate(ORG, "down", T0 - 3_600_000, T0 - 3_570_000)).toBe(true);
      expect(await store.openGate(ORG, "down", T0 - 3_599_000, T0 - 3_569_000)).toBe(false);
    });

    test("gates of other kinds and organizations are others", async () => {
      const store = await fresh();
      expect(await store.openGate(ORG, "down", T0, T0 + 30_000)).toBe(true);
      expect(await store.openGate(ORG, "up", T0, T0 + 30_000)).toBe(true);
      expect(await store.openGate(OTHER_ORG, "down", T0, T0 + 30_000)).toBe(true);
    });

    test("of two that open a gate at once exactly one does", async () => {
      const store = await fresh();
      const opened = await Promise.all([0, 1, 2].map(() => store.openGate(ORG, "down", T0, T0 + 30_000)));
      expect(opened.filter(Boolean)).toHaveLength(1);
    });

    test("out of reach writes are Unavailable and change nothing", async ({ skip }) => {
      const { store, putOutOfReach } = await next();
      if (typeof putOutOfReach === "string") return skip(putOutOfReach);
      await store.putMany([{ state: stateSample("a"), expected: null }]);
      const back = await putOutOfReach();
      for (const write of [
        () => store.putMany([{ state: stateSample("a", { verdict: "down" }), expected: 1 }]),
        () => store.remove(ORG, "a"),
        () => store.openGate(ORG, "down", T0, T0 + 30_000),
      ]) {
        await expect(write()).rejects.toBeInstanceOf(Unavailable);
      }
      await back();
      expect(await store.get(ORG, "a")).toEqual({ value: stateSample("a"), version: 1 });
      expect(await store.openGate(ORG, "down", T0, T0 + 30_000)).toBe(true);
    });
  });
}
