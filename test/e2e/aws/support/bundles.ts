import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleFunctions, type FunctionName } from "../../../../scripts/bundle.ts";

const made = new Map<FunctionName, Promise<string>>();
const folder = mkdtempSync(join(tmpdir(), "vigie-bundles-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

async function make(name: FunctionName): Promise<string> {
  const [bundled] = await bundleFunctions(folder, [name]);
  if (bundled === undefined)
    throw new Error(`functions/${name} has no index.ts: there is nothing to bundle.`);
  return join(folder, name, "index.mjs");
}

/** Path of a function's bundle as it is deployed; made once for a test file. */
export function bundleOf(name: FunctionName): Promise<string> {
  const bundle = made.get(name) ?? make(name);
  made.set(name, bundle);
  return bundle;
}
