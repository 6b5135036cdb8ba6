import { describe, expect, test } from "vitest";
import { Conflict } from "../../lib/core/errors.ts";
import type { ApiToken, TokenStore } from "../../lib/core/ports.ts";
import { ORG, OTHER_ORG, T0 } from "./samples.ts";
import { type MakeSubject, subjects } from "./subject.ts";

const hashOf = (digit: string): string => digit.repeat(64);

const sample: ApiToken = { org: ORG, name: "deploy", createdAt: T0 };

/** What every TokenStore does. */
export function describeTokenStoreContract(name: string, make: MakeSubject<TokenStore>): void {
  const next = subjects(make);
  const fresh = async (): Promise<TokenStore> => (await next()).store;

  describe(`TokenStore, ${name}`, () => {
    test("an unknown hash is nobody's", async () => {
      expect(await (await fresh()).find(hashOf("0"))).toBeNull();
    });

    test.each<[string, ApiToken]>([
      ["one that never expires", sample],
      ["one that expires", { ...sample, expiresAt: T0 + 1 }],
      ["a name of any letters", { ...sample, name: "Zoë 🗼" }],
    ])("%s is read back whole", async (_, token) => {
      const store = await fresh();
      await store.create(hashOf("a"), token);
      expect(await store.find(hashOf("a"))).toEqual(token);
    });

    test("each hash has its own token", async () => {
      const store = await fresh();
      await store.create(hashOf("a"), sample);
      await store.create(hashOf("b"), { ...sample, org: OTHER_ORG });
      expect((await store.find(hashOf("a")))?.org).toBe(ORG);
      expect((await store.find(hashOf("b")))?.org).toBe(OTHER_ORG);
    });

    test("a known hash is not given to another", async () => {
      const store = await fresh();
      await store.create(hashOf("a"), sample);
      await expect(store.create(hashOf("a"), { ...sample, org: OTHER_ORG })).rejects.toBeInstanceOf(Conflict);
      expect(await store.find(hashOf("a"))).toEqual(sample);
    });
  });
}
