import type { Reporter, TestModule, TestSuite } from "vitest/node";
import { findServerProgram, type ServerKind } from "./servers.ts";

/**
 * Names the suites that were skipped because their server is not installed, above the runner's own summary. With `CI=true`
 * a skipped suite is a failure.
 */
export class SkippedSuitesReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const missing = (["redis", "postgres"] as const).filter((kind) => findServerProgram(kind) === null);
    if (missing.length === 0) return;
    const names = modules.flatMap((module) => skippedSuites(module, missing));
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

function skippedSuites(module: TestModule, missing: readonly ServerKind[]): string[] {
  return [...module.children.suites()]
    .filter((suite) => isSkipped(suite) && missing.some((kind) => suite.name.includes(kind)))
    .map((suite) => `${module.relativeModuleId}: ${suite.name}`);
}

function isSkipped(suite: TestSuite): boolean {
  return suite.options.mode === "skip" || suite.state() === "skipped";
}
