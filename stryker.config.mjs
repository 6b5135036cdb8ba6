/** Mutation testing of the rules that decide whether people are woken up. Takes the better part of an hour: not part of .ci/run. */
export default {
  mutate: ["lib/core/alert/**/*.ts", "lib/core/availability/**/*.ts"],
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  // The rule's own tests and those of judging and delivering: others would run for every mutant, and prove less.
  vitest: { configFile: "vitest.mutation.config.ts" },
  // Stryker rewrites tsconfig.json by an API that TypeScript 7 no longer has. Nothing in the sandbox reads that
  // file (types are stripped), so it is pointed at one that does not exist.
  tsconfigFile: "tsconfig.not-for-stryker.json",
  ignorePatterns: ["dist", "reports", "docs"],
  concurrency: 2,
  timeoutMS: 20_000,
  // A mutant in a constant at the top of a module needs a fresh run of everything for itself.
  ignoreStatic: true,
  incrementalFile: "reports/mutation/incremental.json",
  htmlReporter: { fileName: "reports/mutation/index.html" },
  reporters: ["clear-text", "progress", "html"],
  clearTextReporter: { reportTests: false, allowColor: false },
  thresholds: { high: 95, low: 90, break: 80 },
};
