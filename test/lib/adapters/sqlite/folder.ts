import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A path for a data file in a folder of its own, gone after the test. */
export function freshPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "vigie-"));
  folders.push(folder);
  return join(folder, "vigie.db");
}
