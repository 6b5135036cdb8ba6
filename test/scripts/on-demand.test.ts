import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type BuildOptions, build } from "esbuild";
import { expect, onTestFinished, test } from "vitest";
import { asksForEngine, onDemand, writeEngine } from "../../scripts/on-demand.ts";

const common: BuildOptions = { bundle: true, platform: "node", target: "node24" };

/** What core offers for regular expressions, bundled with its engine beside it. */
async function bundled(): Promise<typeof import("../../lib/core/check/regex.ts")> {
  const outdir = await mkdtemp(join(tmpdir(), "vigie-engine-"));
  onTestFinished(() => rm(outdir, { recursive: true }));
  const { metafile } = await build({
    ...common,
    format: "esm",
    entryPoints: { index: join(import.meta.dirname, "../../lib/core/check/regex.ts") },
    outdir,
    outExtension: { ".js": ".mjs" },
    plugins: [onDemand],
    metafile: true,
  });
  expect(asksForEngine(metafile.inputs)).toBe(true);
  await writeEngine(outdir, common);
  return import(pathToFileURL(join(outdir, "index.mjs")).href);
}

test("an expression finds its engine beside the bundle", async () => {
  const { compileRegex } = await bundled();
  expect(compileRegex("^o+k$").search("ook")).toBe(true);
  expect(compileRegex("^o+k$").matches("okay")).toBe(false);
});

test("what the engine refuses comes with its reason", async () => {
  const { compileRegex } = await bundled();
  expect(() => compileRegex("(?=a)")).toThrow(expect.objectContaining({ code: "regex_refused" }));
  expect(() => compileRegex("a{1001}")).toThrow(/invalid repeat count/);
});
