import { defineConfig } from "vitest/config";
import { SkippedSuitesReporter } from "./test/support/skipped-suites-reporter.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    reporters: [new SkippedSuitesReporter(), "default"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    // isolated-vm needs it from Node 20 on (its README).
    execArgv: ["--no-node-snapshot"],
    maxWorkers: 2,
    restoreMocks: true,
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      reporter: ["text-summary", "json-summary", "html"],
    },
  },
});
