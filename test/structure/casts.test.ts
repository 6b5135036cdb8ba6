/** A cast overrules the compiler: whoever writes one proves it in a comment, on its line or the one above. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { layOut, lint, root } from "./biome.ts";

const isProven = (lines: readonly string[], line: number): boolean =>
  [lines[line - 1], lines[line - 2]].some((text) => /\/\/ |\*\//.test(text ?? ""));

async function unprovenCasts(folder: string, ...paths: string[]): Promise<string[]> {
  const casts = await lint(folder, "--only=nursery/noUnsafeTypeAssertion", ...paths);
  const unproven: string[] = [];
  for (const { location } of casts) {
    const lines = (await readFile(join(folder, location.path), "utf8")).split("\n");
    const { line } = location.start;
    if (!isProven(lines, line)) unproven.push(`${location.path}:${line} ${lines[line - 1]?.trim()}`);
  }
  return unproven;
}

test("every cast in shipped code has a comment that proves it", async () => {
  expect(await unprovenCasts(root, "lib", "functions", "local", "bin", "scripts")).toEqual([]);
});

test("a cast without a comment is found", async () => {
  const folder = await mkdtemp(join(tmpdir(), "vigie-casts-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await layOut(folder, {
    "lib/a.ts": "export const f = (x: unknown) => x as string;\n",
    "lib/b.ts": "export const f = (x: unknown) => x as string; // callers give strings only\n",
    "lib/c.ts": "export const f = () => [1] as const;\n",
  });
  expect(await unprovenCasts(folder, "lib")).toEqual([
    "lib/a.ts:1 export const f = (x: unknown) => x as string;",
  ]);
});
