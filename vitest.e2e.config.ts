import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/e2e/**/*.test.ts"],
    // They pack, install and start whole processes: minutes are a failure, seconds are not.
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
});
