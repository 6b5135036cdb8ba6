import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/e2e/**", "node_modules/**"],
    coverage: {
      provider: "v8",
      include: ["lib/core/**/*.ts"],
      reporter: ["text-summary"],
      reportsDirectory: "reports/coverage",
      // Of the whole of lib/core, and only when every test ran: a narrow run uses `npx vitest run <path>`.
      thresholds: { branches: 95, functions: 95, lines: 95, statements: 95 },
    },
  },
});
