import { describe, expect, test } from "vitest";
import type { Endpoint } from "../../lib/core/endpoint/endpoint.ts";
import { Conflict } from "../../lib/core/errors.ts";
import type { DeclaredEndpoints, EndpointStore } from "../../lib/core/ports.ts";
import { endpointSample, ORG, OTHER_ORG } from "./samples.ts";
import { type MakeSubject, subjects } from "./subject.ts";

type Store = DeclaredEndpoints & EndpointStore;

/** What every store does that takes a configuration file over: everything of one origin at once. */
export function describeDeclaredEndpointsContract(name: string, make: MakeSubject<Store>): void {
  const next = subjects(make);
  const fresh = async (): Promise<Store> => (await next()).store;

  describe(`DeclaredEndpoints, ${name}`, () => {
    test("adds, changes and removes, says what, and keeps the version of what stays", async () => {
      const store = await fresh();
      const [stays, changes, goes, comes] = ["stays", "changes", "goes", "comes"].map((id) =>
        endpointSample(id),
      ) as [Endpoint, Endpoint, Endpoint, Endpoint]; // four in, four out
      expect(await store.replaceAll("file", [stays, changes, goes])).toEqual({
        added: [stays, changes, goes],
        changed: [],
        removed: [],
      });
      const before = await store.get(ORG, "stays");
      const changed = { ...changes, name: "changed" };
      expect(await store.replaceAll("file", [changed, comes, stays])).toEqual({
        added: [comes],
        changed: [{ before: changes, after: changed }],
        removed: [goes],
      });
      expect(await store.get(ORG, "stays")).toEqual(before);
      expect((await store.list(ORG)).map(({ endpoint }) => endpoint)).toEqual([changed, comes, stays]);
    });

    test("the order of keys is no change", async () => {
      const store = await fresh();
      await store.replaceAll("file", [endpointSample("a", { tags: { x: "1", y: "2" } })]);
      const same = await store.replaceAll("file", [endpointSample("a", { tags: { y: "2", x: "1" } })]);
      expect(same).toEqual({ added: [], changed: [], removed: [] });
    });

    test("endpoints of the other origin are untouched, whatever the organization", async () => {
      const store = await fresh();
      await store.put(endpointSample("api-made"), "api", null);
      await store.replaceAll("file", [endpointSample("a"), endpointSample("b", { org: OTHER_ORG })]);
      await store.replaceAll("file", []);
      expect((await store.list(ORG)).map(({ endpoint }) => endpoint.id)).toEqual(["api-made"]);
      expect(await store.list(OTHER_ORG)).toEqual([]);
    });

    test("an id of the other origin is a Conflict, and then nothing at all changes", async () => {
      const store = await fresh();
      await store.put(endpointSample("taken"), "api", null);
      await store.replaceAll("file", [endpointSample("a")]);
      const clash = store.replaceAll("file", [endpointSample("b"), endpointSample("taken")]);
      await expect(clash).rejects.toBeInstanceOf(Conflict);
      expect((await store.list(ORG)).map(({ endpoint }) => endpoint.id)).toEqual(["a", "taken"]);
    });

    test("the same id twice is a Conflict; in two organizations it is not", async () => {
      const store = await fresh();
      const twice = store.replaceAll("file", [endpointSample("a"), endpointSample("a", { name: "b" })]);
      await expect(twice).rejects.toBeInstanceOf(Conflict);
      expect(await store.list(ORG)).toEqual([]);
      await store.replaceAll("file", [endpointSample("a"), endpointSample("a", { org: OTHER_ORG })]);
      expect(await store.list(OTHER_ORG)).toHaveLength(1);
    });
  });
}
