/** Before the first of these tests: bundles every function, and synthesizes the stacks that are installed. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { bundleFunctions } from "../../../../scripts/bundle.ts";
import { synthesize } from "../../../lib/infra/support.ts";
import { contexts } from "./contexts.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Folder with `bundles/<function>/index.mjs`, and the stacks of each context as `<name>.json`. */
    deployed: string;
  }
}

const folder = mkdtempSync(join(tmpdir(), "vigie-deployed-"));

export async function setup(project: TestProject): Promise<void> {
  await bundleFunctions(join(folder, "bundles"));
  for (const [name, context] of Object.entries(contexts))
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(synthesize(folder, context)));
  project.provide("deployed", folder);
}

export const teardown = (): void => rmSync(folder, { recursive: true, force: true });
