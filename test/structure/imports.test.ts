/** The import directions and the purity of lib/core are rules that bite: each is broken here once, on purpose. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Diagnostic, layOut, lint } from "./biome.ts";

const importing = (...specifiers: string[]): string =>
  specifiers.map((specifier) => `import "${specifier}";\n`).join("");

/** [file, what it imports, what the refusal says]. */
const refused: [string, string, string][] = [
  ["lib/core/a-node.ts", "node:fs", "lib/core is pure: no Node builtins"],
  ["lib/core/check/a-node.ts", "node:timers/promises", "lib/core is pure: no Node builtins"],
  ["lib/core/a-package.ts", "undici", "lib/core imports only itself and zod"],
  ["lib/core/check/a-package.ts", "@middy/core", "lib/core imports only itself and zod"],
  ["lib/core/check/a-cdk.ts", "aws-cdk-lib", "Only lib/infra knows the CDK"],
  ["lib/core/a-up.ts", "../probe/http.ts", "This leaves lib/core"],
  ["lib/core/check/a-up.ts", "../../anything.ts", "This leaves lib/core"],
  ["lib/core/check/deep/a-up.ts", "../../../anything.ts", "This leaves lib/core"],
  ["lib/core/check/a-probe.ts", "../../probe/http.ts", "The check engine is handed in"],
  ["lib/core/check/a-adapter.ts", "../../adapters/sqlite/store.ts", "Adapters are handed in as ports"],
  ["lib/core/check/a-function.ts", "../../../functions/api/handle.ts", "lib/ never imports them"],
  ["lib/core/check/a-local.ts", "../../../local/settings.ts", "local/ is the wiring of one machine"],
  ["lib/core/check/a-test.ts", "../../../test/support/x.ts", "Shipped code never imports tests"],
  ["lib/index.ts", "./adapters/sqlite/index.ts", "Adapters are handed in as ports"],
  ["lib/probe/a-adapter.ts", "../adapters/sqlite/store.ts", "Adapters are handed in as ports"],
  ["lib/probe/http/a-function.ts", "../../../functions/probe/handle.ts", "lib/ never imports them"],
  ["lib/probe/http/a-local.ts", "../../../local/settings.ts", "local/ is the wiring of one machine"],
  ["lib/probe/http/a-aws.ts", "@aws-sdk/client-sqs", "The AWS SDK belongs to lib/adapters"],
  ["lib/probe/http/a-bin.ts", "../../../bin/vigie.ts", "nothing imports them"],
  ["lib/adapters/sqlite/a-probe.ts", "../../probe/http.ts", "The check engine is handed in"],
  ["lib/adapters/sqlite/a-function.ts", "../../../functions/api/handle.ts", "lib/ never imports them"],
  ["lib/adapters/sqlite/a-local.ts", "../../../local/settings.ts", "local/ is the wiring of one machine"],
  ["lib/adapters/sqlite/a-cdk.ts", "aws-cdk-lib/aws-sqs", "Only lib/infra knows the CDK"],
  ["lib/infra/a-handle.ts", "../../functions/api/handle.ts", "lib/infra knows of a function only"],
  ["lib/infra/a-adapter.ts", "../adapters/sqlite/store.ts", "Adapters are handed in as ports"],
  ["functions/api/handle.ts", "../../lib/adapters/sqlite/store.ts", "Adapters are handed in as ports"],
  ["functions/probe/handle.ts", "../../lib/probe/http.ts", "The check engine is handed in"],
  ["functions/failure/handle.ts", "@aws-sdk/client-sns", "The AWS SDK belongs to lib/adapters"],
  ["functions/rollup/handle.ts", "../../local/settings.ts", "local/ is the wiring of one machine"],
  ["functions/watchdog/index.ts", "../../local/settings.ts", "local/ is the wiring of one machine"],
  ["functions/dispatch/index.ts", "aws-cdk-lib", "Only lib/infra knows the CDK"],
  ["functions/dispatch/a-infra.ts", "../../lib/infra/stack.ts", "Only lib/infra knows the CDK"],
  ["local/a-index.ts", "../functions/api/index.ts", "One machine wires the handlers itself"],
  ["local/cli/a-aws.ts", "@aws-sdk/client-sqs", "The AWS SDK belongs to lib/adapters"],
  ["local/cli/a-infra.ts", "../../lib/infra/stack.ts", "Only lib/infra knows the CDK"],
  ["local/cli/a-bin.ts", "../../bin/vigie.ts", "nothing imports them"],
  ["bin/vigie.ts", "../lib/infra/stack.ts", "Only lib/infra knows the CDK"],
  ["bin/cdk.ts", "../lib/adapters/sqlite/store.ts", "it imports lib/infra only"],
  ["agent/a-node.ts", "node:fs", "no Node builtins"],
  ["web/a-function.ts", "../functions/api/handle.ts", "lib/ never imports them"],
];

const allowed: Record<string, string> = {
  "lib/core/b.ts": importing("zod", "re2js", "json-p3", "./errors.ts", "./check/outcome.ts"),
  "lib/core/check/b.ts": importing("../errors.ts", "./outcome.ts", "../alert/state.ts"),
  "lib/probe/http/b.ts": importing("node:net", "undici", "../pace.ts", "../../core/errors.ts"),
  "lib/adapters/sqlite/b.ts": importing("node:sqlite", "./rows.ts", "../../core/ports.ts"),
  "lib/infra/b.ts": importing("../../functions/api/env.ts", "../adapters/dynamodb/tables.ts", "./stack.ts"),
  "functions/rollup/b.ts": importing("zod", "@middy/core", "./c.ts", "../../lib/core/ports.ts"),
  "functions/rollup/index.ts": importing(
    "./handle.ts",
    "./env.ts",
    "../../lib/adapters/x.ts",
    "../../lib/probe/x.ts",
  ),
  "local/b.ts": importing(
    "../functions/api/handle.ts",
    "../lib/adapters/x.ts",
    "../lib/probe/x.ts",
    "../lib/core/x.ts",
  ),
  "bin/launch.ts": importing("../local/cli/program.ts"),
};

/** [file, source, what the refusal says or the rule's name]. */
const impure: [string, string, string][] = [
  ["lib/core/p-now.ts", "export const now = () => Date.now();", "The time is an argument here"],
  ["lib/core/p-now-as-value.ts", "export const clock = { now: Date.now };", "The time is an argument here"],
  ["lib/core/p-date.ts", "export const today = () => new Date();", "new Date(epochMs)"],
  ["lib/core/alert/p-random.ts", "export const dice = () => Math.random();", "Chance is an argument here"],
  ["lib/core/p-performance.ts", "export const at = () => performance.now();", "noRestrictedGlobals"],
  ["lib/core/p-process.ts", "export const argv = () => process.argv;", "noRestrictedGlobals"],
  ["lib/core/p-buffer.ts", 'export const bytes = Buffer.from("a");', "noRestrictedGlobals"],
  ["lib/core/p-timeout.ts", "setTimeout(() => undefined, 1);", "noRestrictedGlobals"],
  ["lib/core/p-crypto.ts", "export const id = () => crypto.randomUUID();", "noRestrictedGlobals"],
  ["lib/core/p-global.ts", "export const all = globalThis;", "noRestrictedGlobals"],
  ["lib/probe/p-env.ts", 'export const path = process.env["PATH"];', "noProcessEnv"],
  ["functions/api/p-env.ts", 'export const path = process.env["PATH"];', "noProcessEnv"],
  ["functions/api/p-console.ts", 'console.log("x");', "noConsole"],
  ["lib/core/p-any.ts", "export const x: any = 1;", "noExplicitAny"],
  ["lib/core/p-not-null.ts", "export const f = (x: string | null) => x!.length;", "noNonNullAssertion"],
  ["lib/core/p-floating.ts", "async function f() {}\nexport function g() {\n  f();\n}", "noFloatingPromises"],
  [
    "lib/core/p-cycle-a.ts",
    'import { b } from "./p-cycle-b.ts";\nexport const a = () => b;',
    "noImportCycles",
  ],
  [
    "lib/core/p-cycle-b.ts",
    'import { a } from "./p-cycle-a.ts";\nexport const b = () => a;',
    "noImportCycles",
  ],
  ["lib/core/p-long-file.ts", "export const x = 1;\n".repeat(301), "noExcessiveLinesPerFile"],
  ["local/p-long.ts", `export function f() {\n${"  g();\n".repeat(81)}}`, "noExcessiveLinesPerFunction"],
];

const pure: Record<string, string> = {
  "lib/core/q-date.ts": "export const iso = (at: number): string => new Date(at).toISOString();\n",
  "lib/core/q-math.ts": "export const root = (x: number): number => Math.sqrt(x);\n",
};

let folder = "";
let found: Diagnostic[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vigie-lint-"));
  await layOut(folder, {
    ...Object.fromEntries(refused.map(([file, specifier]) => [file, importing(specifier)])),
    ...Object.fromEntries(impure.map(([file, source]) => [file, `${source}\n`])),
    ...allowed,
    ...pure,
  });
  found = await lint(folder, ".");
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const sayingsOn = (file: string): string[] =>
  found
    .filter((one) => one.location.path === file && one.severity === "error")
    .map((one) => `${one.category}: ${one.message}`);

describe("import directions", () => {
  test.each(refused)("%s may not import %s", (file, _specifier, saying) => {
    expect(sayingsOn(file)).toContainEqual(expect.stringContaining(saying));
  });

  test.each(Object.keys(allowed))("%s imports what it may", (file) => {
    expect(sayingsOn(file).filter((saying) => saying.includes("noRestrictedImports"))).toEqual([]);
  });
});

describe("purity and house rules", () => {
  test.each(impure)("%s is refused", (file, _source, saying) => {
    expect(sayingsOn(file)).toContainEqual(expect.stringContaining(saying));
  });

  test.each(Object.keys(pure))("%s is fine", (file) => {
    expect(sayingsOn(file)).toEqual([]);
  });
});
