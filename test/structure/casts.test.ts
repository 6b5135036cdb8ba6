/**
 * A cast overrules the compiler: whoever writes one proves it in a comment, on its line or the one above. One comment
 * serves for casts on lines that follow each other.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { layOut, lint, root } from "./biome.ts";

const hasComment = (text: string | undefined): boolean => /\/\/ |\*\//.test(text ?? "");

async function unprovenCasts(folder: string, ...paths: string[]): Promise<string[]> {
  const casts = await lint(folder, "--only=nursery/noUnsafeTypeAssertion", ...paths);
  const byFile = Map.groupBy(casts, ({ location }) => location.path);
  const unproven: string[] = [];
  for (const [path, found] of byFile) {
    const lines = (await readFile(join(folder, path), "utf8")).split("\n");
    const castLines = new Set(found.map(({ location }) => location.start.line));
    const isProven = (line: number): boolean =>
      hasComment(lines[line - 1]) ||
      hasComment(lines[line - 2]) ||
      (castLines.has(line - 1) && isProven(line - 1));
    for (const line of castLines)
      if (!isProven(line)) unproven.push(`${path}:${line} ${lines[line - 1]?.trim()}`);
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
    "lib/b2.ts":
      "// callers give strings\nexport const f = (x: unknown) => x as string;\nexport const g = (x: unknown) => x as string;\n",
    "lib/c.ts": "export const f = () => [1] as const;\n",
  });
  expect(await unprovenCasts(folder, "lib")).toEqual([
    "lib/a.ts:1 export const f = (x: unknown) => x as string;",
  ]);
});
