/**
 * Builds what people install: dist/vigie.js (the program), dist/launch.js (its door), dist/index.js (the library),
 * dist/cdk.js (the CDK constructs), dist/functions (what they deploy).
 */
import { chmod, rm } from "node:fs/promises";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { bundleFunctions } from "./bundle.ts";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");

const common: BuildOptions = {
  absWorkingDir: root,
  outdir: dist,
  platform: "node",
  format: "esm",
  sourcemap: "linked",
  logLevel: "warning",
};

/** The program and the library share their chunks. Dependencies stay outside: npm installs and updates them. */
const program: BuildOptions = {
  ...common,
  entryPoints: { vigie: "bin/vigie.ts", index: "lib/index.ts" },
  bundle: true,
  splitting: true,
  packages: "external",
  chunkNames: "chunks/[name]-[hash]",
  target: "node24",
};

/** The constructs, by themselves: they find dist/functions beside them, and only who uses them has the CDK. */
const constructs: BuildOptions = {
  ...common,
  entryPoints: { cdk: "lib/infra/index.ts" },
  bundle: true,
  packages: "external",
  target: "node24",
};

/** Not bundled, and for old Nodes: its job is to say that they are too old. */
const launcher: BuildOptions = { ...common, entryPoints: { launch: "bin/launch.ts" }, target: "node18" };

await rm(dist, { recursive: true, force: true });
await Promise.all([
  build(program),
  build(constructs),
  build(launcher),
  bundleFunctions(join(dist, "functions")),
]);
await chmod(join(dist, "launch.js"), 0o755);
