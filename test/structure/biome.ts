import { execFile } from "node:child_process";
import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as z from "zod";

export const root = join(import.meta.dirname, "../..");

const Report = z.object({
  diagnostics: z.array(
    z.object({
      severity: z.string(),
      message: z.string(),
      category: z.string(),
      location: z.object({ path: z.string(), start: z.object({ line: z.number() }) }),
    }),
  ),
});

export type Diagnostic = z.infer<typeof Report>["diagnostics"][number];

/** Runs the linter in a folder and answers with what it found, however much that is. */
export function lint(folder: string, ...args: string[]): Promise<Diagnostic[]> {
  const biome = join(root, "node_modules/.bin/biome");
  return new Promise((resolve, reject) => {
    execFile(
      biome,
      ["lint", "--reporter=json", "--max-diagnostics=none", ...args],
      { cwd: folder, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        // Findings make it exit with 1; without a report it did not run at all.
        if (stdout.startsWith("{")) resolve(Report.parse(JSON.parse(stdout)).diagnostics);
        else reject(new Error(`biome did not run: ${stderr}`, { cause: error }));
      },
    );
  });
}

/** Lays out a small repository under the same lint rules as this one. */
export async function layOut(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const name of ["biome.json", "biome", "package.json", ".gitignore"]) {
    await cp(join(root, name), join(folder, name), { recursive: true });
  }
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  for (const [path, source] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), source);
  }
}
