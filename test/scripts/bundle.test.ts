import { access, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FUNCTIONS } from "../../scripts/bundle.ts";

const functions = join(import.meta.dirname, "../../functions");

test("every folder of functions/ is bundled", async () => {
  expect([...FUNCTIONS].toSorted()).toEqual((await readdir(functions)).toSorted());
});

test.each(FUNCTIONS)("%s says what it reads from its environment", async (name) => {
  await expect(access(join(functions, name, "env.ts"))).resolves.toBeUndefined();
});
