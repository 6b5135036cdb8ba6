/** `npm run bench -- <name> [--json]`: runs one benchmark; exit 1 when a limit is missed, 2 on wrong usage. */
import { readdir } from "node:fs/promises";
import { parseArgs } from "node:util";
import { type BenchModule, type BenchResult, type JudgedRow, judge } from "./bench.ts";

/** Everything else at this level is a benchmark; what benchmarks share lives in support/. */
const NOT_BENCHES: ReadonlySet<string> = new Set(["bench.ts", "run.ts"]);

async function names(): Promise<string[]> {
  const files = await readdir(import.meta.dirname);
  return files
    .filter((file) => file.endsWith(".ts") && !NOT_BENCHES.has(file))
    .map((file) => file.slice(0, -".ts".length))
    .sort();
}

const isBench = (module: unknown): module is BenchModule =>
  typeof module === "object" &&
  module !== null &&
  "run" in module &&
  typeof module.run === "function" &&
  "title" in module &&
  typeof module.title === "string";

async function load(name: string): Promise<BenchModule> {
  const module: unknown = await import(`./${name}.ts`);
  if (isBench(module)) return module;
  throw new Error(`test/bench/${name}.ts has to export \`title\` and \`run\` (see test/bench/bench.ts)`);
}

async function list(): Promise<void> {
  console.log("Usage: npm run bench -- <name> [--json]\n");
  for (const name of await names()) console.log(`  ${name.padEnd(10)} ${(await load(name)).title}`);
}

const limitOf = ({ limit, bound, unit }: JudgedRow): string =>
  limit === undefined ? "" : `${bound === "atLeast" ? ">=" : "<="} ${limit} ${unit}`;

const wordOf = ({ limit, ok }: JudgedRow): string => (limit === undefined ? "" : ok ? "ok" : "MISSED");

const numberOf = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);

function printTable(title: string, rows: readonly JudgedRow[], notes: readonly string[]): void {
  const cells = rows.map((row) => [
    row.what,
    `${numberOf(row.value)} ${row.unit}`,
    limitOf(row),
    wordOf(row),
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(0, ...cells.map((line) => line[column]?.length ?? 0)));
  console.log(`${title}\n`);
  for (const line of cells)
    console.log(
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    );
  for (const note of notes) console.log(`\n${note}`);
}

function print(name: string, title: string, { rows, notes = [] }: BenchResult, json: boolean): boolean {
  const judged = rows.map(judge);
  const ok = judged.length > 0 && judged.every((row) => row.ok);
  if (json) console.log(JSON.stringify({ name, title, ok, rows: judged, notes }));
  else printTable(title, judged, notes);
  return ok;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: "boolean", default: false } },
  });
  const [name] = positionals;
  if (name === undefined) {
    await list();
    return 0;
  }
  if (positionals.length > 1 || !(await names()).includes(name)) {
    console.error(`No benchmark ${positionals.join(" ")}. There are: ${(await names()).join(", ")}`);
    return 2;
  }
  const { title, run } = await load(name);
  return print(name, title, await run(), values.json) ? 0 : 1;
}

process.exitCode = await main();
