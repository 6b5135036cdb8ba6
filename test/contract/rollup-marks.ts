import { describe, expect, test } from "vitest";
import { Unavailable } from "../../lib/core/errors.ts";
import type { RollupMarks } from "../../lib/core/ports.ts";
import { HOUR, T0 } from "./samples.ts";
import { type MakeSubject, subjects } from "./subject.ts";

/** What every RollupMarks does, whatever its scopes are; two of them are needed. */
export function describeRollupMarksContract<Scope>(
  name: string,
  make: MakeSubject<RollupMarks<Scope>>,
  [one, other]: readonly [Scope, Scope],
): void {
  const next = subjects(make);
  const fresh = async (): Promise<RollupMarks<Scope>> => (await next()).store;

  describe(`RollupMarks, ${name}`, () => {
    test("null at first, then the latest hour marked; it never goes back", async () => {
      const marks = await fresh();
      expect(await marks.rolledUpTo(one)).toBeNull();
      for (const hour of [T0, T0 + HOUR, T0, T0 + HOUR]) await marks.markRolledUp(one, hour);
      expect(await marks.rolledUpTo(one)).toBe(T0 + HOUR);
    });

    test("scopes are apart", async () => {
      const marks = await fresh();
      await marks.markRolledUp(one, T0);
      expect(await marks.rolledUpTo(other)).toBeNull();
      await marks.markRolledUp(other, T0 + HOUR);
      expect(await marks.rolledUpTo(one)).toBe(T0);
    });

    test("of two marks at once the later hour stays", async () => {
      const marks = await fresh();
      await Promise.all([2, 0, 3, 1].map((n) => marks.markRolledUp(one, T0 + n * HOUR)));
      expect(await marks.rolledUpTo(one)).toBe(T0 + 3 * HOUR);
    });

    test("out of reach a mark is Unavailable and not made", async ({ skip }) => {
      const { store: marks, putOutOfReach } = await next();
      if (typeof putOutOfReach === "string") return skip(putOutOfReach);
      await marks.markRolledUp(one, T0);
      const back = await putOutOfReach();
      await expect(marks.markRolledUp(one, T0 + HOUR)).rejects.toBeInstanceOf(Unavailable);
      await back();
      expect(await marks.rolledUpTo(one)).toBe(T0);
    });
  });
}
