import { access, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { bundleFunctions, FUNCTIONS } from "../../scripts/bundle.ts";

const functions = join(import.meta.dirname, "../../functions");

test("every folder of functions/ is bundled", async () => {
  expect([...FUNCTIONS].toSorted()).toEqual((await readdir(functions)).toSorted());
});

test.each(FUNCTIONS)("%s says what it reads from its environment", async (name) => {
  await expect(access(join(functions, name, "env.ts"))).resolves.toBeUndefined();
});

test("bundles hold neither the CDK nor what never runs on Lambda", async () => {
  const folder = await mkdtemp(join(tmpdir(), "vigie-bundles-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await bundleFunctions(folder);
  for (const name of FUNCTIONS) {
    const files = await readdir(join(folder, name));
    expect(files, name).toEqual(expect.arrayContaining(["index.mjs", "index.mjs.map"]));
    const text = await readFile(join(folder, name, "index.mjs"), "utf8");
    expect(text, name).not.toMatch(/aws-cdk-lib|fromSSO|sso-oidc|AssumeRoleWithWebIdentity/);
    expect(text, name).not.toContain("sourceMappingURL");
  }
}, 60_000);
