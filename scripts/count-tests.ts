/**
 * `count-tests.ts <folder>`: adds up vitest's JSON results in a folder and prints `N passed, N failed`.
 * A file that could not even be loaded has no tests to count: it counts as one failure. Exit 1 when anything failed.
 */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

const Results = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
});

type TestFile = z.infer<typeof Results>["testResults"][number];

const countOf = (files: readonly TestFile[], status: string): number =>
  files.flatMap((file) => file.assertionResults).filter((test) => test.status === status).length;

/** Files that failed as a whole: an import that threw, a hook outside of any test. */
const brokenFiles = (files: readonly TestFile[]): readonly TestFile[] =>
  files.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  );

async function resultsIn(folder: string): Promise<TestFile[]> {
  const names = existsSync(folder) ? await readdir(folder) : [];
  const results = await Promise.all(
    names.map(async (name) => Results.parse(JSON.parse(await readFile(join(folder, name), "utf8")))),
  );
  return results.flatMap((result) => result.testResults);
}

const files = await resultsIn(process.argv[2] ?? "reports/results");
const broken = brokenFiles(files);
const failed = countOf(files, "failed") + broken.length;
const skipped = countOf(files, "pending") + countOf(files, "skipped") + countOf(files, "todo");
if (files.length === 0) console.log("no test was run");
for (const file of broken) console.log(`could not be run: ${file.name}`);
if (skipped > 0) console.log(`${skipped} skipped`);
console.log(`${countOf(files, "passed")} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
