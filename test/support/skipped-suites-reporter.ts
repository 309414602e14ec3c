import type { Reporter, TestModule, TestSuite } from "vitest/node";
import { findServerProgram } from "./servers.ts";

/**
 * Names the suites that were skipped because their server is not installed, above the runner's own summary. With `CI=true`
 * a skipped suite is a failure.
 */
export class SkippedSuitesReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const missing = (["redis", "postgres"] as const).filter((kind) => findServerProgram(kind) === null);
    if (missing.length === 0) return;
    const names = modules.flatMap((module) =>
      [...module.children.allSuites()]
        .filter((suite) => isSkipped(suite) && !isSkipped(suite.parent))
        .map((suite) => `${module.relativeModuleId}: ${suite.fullName}`),
    );
    if (names.length === 0) return;
    const isFailure = process.env["CI"] === "true";
    const verdict = isFailure ? " With CI=true that is a failure." : "";
    console.log(
      `\nSkipped, because ${missing.join(" and ")} could be neither found nor installed.${verdict}`,
    );
    for (const name of names) console.log(`  - ${name}`);
    if (isFailure) process.exitCode = 1;
  }
}

function isSkipped(part: TestSuite | TestModule): boolean {
  return part.type === "suite" && part.options.mode === "skip";
}
