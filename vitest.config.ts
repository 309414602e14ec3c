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
      // The guest runs inside isolates, the child in processes of its own, the page in a browser: coverage cannot look there.
      exclude: ["src/runtime/guest/**", "src/runtime/child/**", "src/ui/page/**"],
      thresholds: {
        ...allOf(90),
        "src/{schema,plan,macros,journal,task}/**": allOf(100),
      },
    },
  },
});

function allOf(percent: number): { lines: number; functions: number; statements: number; branches: number } {
  return { lines: percent, functions: percent, statements: percent, branches: percent };
}
