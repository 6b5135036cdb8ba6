/** Bundles the Lambda functions: one file each (on-demand.ts tells of a second), as they are deployed, tested and measured. */
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { lambdaOnly } from "./lambda-only.ts";
import { asksForEngine, onDemand, writeEngine } from "./on-demand.ts";

const root = join(import.meta.dirname, "..");

/** Every function there is. `functions/<name>/index.ts` is the entry. */
export const FUNCTIONS = [
  "api",
  "dispatch",
  "failure",
  "forward",
  "probe",
  "replay",
  "rollup",
  "watchdog",
] as const;

export type FunctionName = (typeof FUNCTIONS)[number];

const options: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node24",
  mainFields: ["module", "main"],
  conditions: ["module"],
  // Names of classes go too (50 KB in the probe): errors are told by their `code`.
  minify: true,
  // The second is undici's own switch: without its experimental second parser.
  define: { "process.env.NODE_ENV": '"production"', esbuildDetection: "1" },
  // Beside the bundle and not linked: for whoever reads a stack trace, not for Lambda.
  sourcemap: "external",
  legalComments: "external",
  logLevel: "warning",
};

/** What esbuild leaves behind where CommonJS asks for a module at run time; an ES module has no `require`. */
const RUNTIME_REQUIRE = "Dynamic require of ";
const banner = 'import{createRequire as __r}from"node:module";const require=__r(import.meta.url);';

async function bundle(name: string, outDir: string): Promise<void> {
  const outdir = join(outDir, name);
  const own: BuildOptions = {
    ...options,
    format: "esm",
    outExtension: { ".js": ".mjs" },
    plugins: [lambdaOnly, onDemand],
    entryPoints: { index: `functions/${name}/index.ts` },
    outdir,
  };
  const { outputFiles, metafile } = await build({ ...own, write: false, metafile: true });
  const needsRequire = outputFiles.some(
    ({ path, text }) => path.endsWith(".mjs") && text.includes(RUNTIME_REQUIRE),
  );
  await build(needsRequire ? { ...own, banner: { js: banner } } : own);
  if (asksForEngine(metafile.inputs)) await writeEngine(outdir, options);
}

/**
 * Writes `<outDir>/<name>/index.mjs`, with its source map beside.
 * @returns the names bundled
 */
export async function bundleFunctions(
  outDir: string,
  names: readonly FunctionName[] = FUNCTIONS,
): Promise<readonly FunctionName[]> {
  await Promise.all(names.map((name) => bundle(name, outDir)));
  return names;
}
