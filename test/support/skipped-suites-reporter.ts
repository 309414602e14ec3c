import type { Reporter, TestModule, TestSuite } from "vitest/node";
import { findServerProgram, programKinds } from "./servers.ts";
import { canMountDisk } from "./small-disk.ts";

/**
 * Names the suites that were skipped because their server or browser is not installed, or because this user may not mount
 * the disk they fill, above the runner's own summary. With `CI=true` a server that is missing is a failure.
 */
export class SkippedSuitesReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const servers = programKinds.filter((kind) => findServerProgram(kind) === null);
    const reasons = [
      ...servers.map((kind) => `${kind} could be neither found nor installed`),
      ...(canMountDisk ? [] : ["this user may not mount a disk"]),
    ];
    if (reasons.length === 0) return;
    const names = modules.flatMap((module) =>
      [...module.children.allSuites()]
        .filter((suite) => isSkipped(suite) && !isSkipped(suite.parent))
        .map((suite) => `${module.relativeModuleId}: ${suite.fullName}`),
    );
    if (names.length === 0) return;
    const isFailure = servers.length > 0 && process.env["CI"] === "true";
    const verdict = isFailure ? " With CI=true that is a failure." : "";
    console.log(`\nSkipped, because ${reasons.join(" and ")}.${verdict}`);
    for (const name of names) console.log(`  - ${name}`);
    if (isFailure) process.exitCode = 1;
  }
}

function isSkipped(part: TestSuite | TestModule): boolean {
  return part.type === "suite" && part.options.mode === "skip";
}
