import { describe, expect, test } from "vitest";
import type { SlowLane, SlowMembers } from "../../lib/core/ports.ts";
import { type MakeSubject, subjects } from "./subject.ts";

const key = { region: "paris", shard: "m0" };

const membersOf = (failing: readonly string[], slow: readonly string[] = []): SlowMembers => ({
  failing: new Set(failing),
  slow: new Set(slow),
});

const none = membersOf([]);

/** What every SlowLane does. */
export function describeSlowLaneContract(name: string, make: MakeSubject<SlowLane>): void {
  const next = subjects(make);
  const fresh = async (): Promise<SlowLane> => (await next()).store;

  describe(`SlowLane, ${name}`, () => {
    test("nothing was noted", async () => {
      expect(await (await fresh()).members(key)).toEqual(none);
    });

    test("members are added to what is there, each to its own set", async () => {
      const lane = await fresh();
      await lane.add(key, membersOf(["default/a"], ["default/b"]));
      await lane.add(key, membersOf(["default/c"]));
      await lane.add(key, membersOf([], ["default/b", "other/a"]));
      expect(await lane.members(key)).toEqual(
        membersOf(["default/a", "default/c"], ["default/b", "other/a"]),
      );
    });

    test("members are removed from the set they are named in, and only from it", async () => {
      const lane = await fresh();
      await lane.add(key, membersOf(["default/a", "default/b"], ["default/a"]));
      await lane.remove(key, membersOf(["default/a", "default/unknown"], ["default/b"]));
      expect(await lane.members(key)).toEqual(membersOf(["default/b"], ["default/a"]));
    });

    test("the last one leaves an empty set, which takes members again", async () => {
      const lane = await fresh();
      await lane.add(key, membersOf(["default/a"], ["default/b"]));
      await lane.remove(key, membersOf(["default/a"], ["default/b"]));
      expect(await lane.members(key)).toEqual(none);
      await lane.add(key, membersOf(["default/a"]));
      expect(await lane.members(key)).toEqual(membersOf(["default/a"]));
    });

    test("removing where nothing was noted, and nothing at all, changes nothing", async () => {
      const lane = await fresh();
      await lane.remove(key, membersOf(["default/a"]));
      await lane.remove(key, none);
      await lane.add(key, none);
      expect(await lane.members(key)).toEqual(none);
    });

    test("regions and shards are apart", async () => {
      const lane = await fresh();
      await lane.add(key, membersOf(["default/a"]));
      expect(await lane.members({ ...key, region: "tokyo" })).toEqual(none);
      expect(await lane.members({ ...key, shard: "m1" })).toEqual(none);
    });

    test("changes at the same time don't undo each other", async () => {
      const lane = await fresh();
      const ids = Array.from({ length: 20 }, (_, i) => `default/e${i}`);
      await lane.add(key, membersOf(ids.slice(0, 10)));
      await Promise.all([
        ...ids.slice(10).map((id) => lane.add(key, membersOf([id]))),
        ...ids.slice(0, 5).map((id) => lane.remove(key, membersOf([id]))),
      ]);
      expect(await lane.members(key)).toEqual(membersOf(ids.slice(5)));
    });

    test("a whole shard of the longest names", async () => {
      const lane = await fresh();
      const ids = Array.from({ length: 500 }, (_, i) => `default/${String(i).padStart(64, "x")}`);
      await lane.add(key, membersOf(ids.slice(0, 400), ids.slice(400)));
      expect(await lane.members(key)).toEqual(membersOf(ids.slice(0, 400), ids.slice(400)));
      await lane.remove(key, membersOf(ids, ids));
      expect(await lane.members(key)).toEqual(none);
    });
  });
}
