import { join } from "node:path";
import { type BuildOptions, build, type Plugin } from "esbuild";

/** The file beside a bundle, and the package that is in it. */
const FILE = "re2js.cjs";
const PACKAGE = "re2js";

/** What the code uses of the package; esbuild refuses an import of anything else. */
const standIn = `
import { createRequire } from "node:module";
let engine;
const load = () => (engine ??= createRequire(import.meta.url)("./${FILE}"));
export const RE2JS = { compile: (...given) => load().RE2JS.compile(...given) };
export const RE2JSException = { [Symbol.hasInstance]: (error) => error instanceof load().RE2JSException };`;

/**
 * The engine of regular expressions (150 KB, a sixth of the probe) is loaded when the first expression is compiled: most
 * processes never see one.
 */
export const onDemand: Plugin = {
  name: "on-demand",
  setup(building) {
    building.onResolve({ filter: /^re2js$/ }, ({ path }) => ({ path, namespace: "on-demand" }));
    building.onLoad({ filter: /^re2js$/, namespace: "on-demand" }, () => ({
      contents: standIn,
      loader: "js",
      resolveDir: import.meta.dirname,
    }));
  },
};

/** Whether a bundle asks for the file. */
export const asksForEngine = (inputs: Readonly<Record<string, unknown>>): boolean =>
  Object.keys(inputs).some((input) => input.startsWith("on-demand:"));

/** Writes the file beside a bundle. */
export async function writeEngine(outDir: string, common: BuildOptions): Promise<void> {
  await build({
    ...common,
    stdin: {
      contents: `export { RE2JS, RE2JSException } from "${PACKAGE}";`,
      resolveDir: import.meta.dirname,
    },
    format: "cjs",
    outfile: join(outDir, FILE),
  });
}
