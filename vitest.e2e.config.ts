import { defineConfig } from "vitest/config";

// They pack, install and start whole processes: minutes are a failure, seconds are not.
const patience = { testTimeout: 120_000, hookTimeout: 240_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "machine",
          include: ["test/e2e/*.test.ts"],
          sequence: { groupOrder: 0 },
          ...patience,
        },
      },
      {
        test: {
          name: "aws",
          include: ["test/e2e/aws/**/*.test.ts"],
          // Stacks and bundles, once for all of them.
          globalSetup: ["test/e2e/aws/support/setup.ts"],
          // Each installation has clocks and ports of its own, and mostly waits: two share a core well.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          ...patience,
        },
      },
    ],
  },
});
