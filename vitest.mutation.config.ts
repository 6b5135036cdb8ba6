import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "test/lib/core/{alert,availability,incident}/**/*.test.ts",
      "test/functions/failure/**/*.test.ts",
    ],
  },
});
