import { defineConfig } from "vitest/config";

export default defineConfig({ test: { include: ["test/lib/core/**/*.test.ts"] } });
