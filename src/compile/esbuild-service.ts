import { accessSync, constants } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type * as esbuild from "esbuild";
import type { BuildFailure, BuildOptions, BuildResult, Message } from "esbuild";
import { errorText } from "../errors.ts";

/*
 * esbuild as a service that hostile text may kill.
 * 1. The service is one child process for the whole host process, started with kernel limits where there is a
 *    POSIX shell, so that a bomb takes down that child and nothing else.
 * 2. A dead service fails every later build until `stop()` is called (esbuild 0.28), and takes with it the builds
 *    that happened to run beside the bomb. Each of those is tried once more, alone: the guilty one fails by
 *    itself, the others succeed.
 * 3. A build that exceeds its time ends the service, because esbuild cannot stop a single build.
 */

/**
 * How a build ended. `failed` carries the author's mistakes; `crashed` and `timed-out` say nothing about them;
 * `unavailable`: the compiler cannot even build an empty text.
 */
export type BuildOutcome =
  | { kind: "built"; result: BuildResult }
  | { kind: "failed"; errors: Message[]; warnings: Message[] }
  | { kind: "crashed"; reason: string }
  | { kind: "timed-out" }
  | { kind: "unavailable"; reason: string };

type Esbuild = typeof esbuild;

const emptyBuild: BuildOptions = {
  stdin: { contents: "export {}", loader: "ts" },
  write: false,
  logLevel: "silent",
};

let loaded: Esbuild | null = null;
let loneBuilds: Promise<unknown> = Promise.resolve();
const running = new Set<Promise<unknown>>();

/** Runs one build; never rejects. */
export async function runBuild(options: BuildOptions, timeoutMs: number): Promise<BuildOutcome> {
  for (let waitedFor: unknown = null; waitedFor !== loneBuilds;) {
    waitedFor = loneBuilds;
    await loneBuilds;
  }
  const attempt = attemptBuild(options, timeoutMs);
  running.add(attempt);
  const outcome = await attempt;
  running.delete(attempt);
  if (outcome.kind !== "crashed") return outcome;
  const alone = loneBuilds.then(async () => {
    await Promise.all(running);
    return attemptAlone(options, timeoutMs);
  });
  loneBuilds = alone;
  return alone;
}

/** Starts the service ahead of the first hook; the first compilation is then as fast as any. */
export async function warmCompiler(): Promise<void> {
  await runBuild(
    { stdin: { contents: "export {}", loader: "ts" }, write: false, logLevel: "silent" },
    10_000,
  );
}

/** Ends the service's process. The next compilation starts it again. */
export async function stopCompiler(): Promise<void> {
  await loaded?.stop();
}

async function attemptAlone(options: BuildOptions, timeoutMs: number): Promise<BuildOutcome> {
  const outcome = await attemptBuild(options, timeoutMs);
  if (outcome.kind !== "crashed") return outcome;
  const empty = await attemptBuild(emptyBuild, timeoutMs);
  return empty.kind === "built" ? outcome : { kind: "unavailable", reason: outcome.reason };
}

async function attemptBuild(options: BuildOptions, timeoutMs: number): Promise<BuildOutcome> {
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<BuildOutcome>((resolve) => {
    timer = setTimeout(() => resolve({ kind: "timed-out" }), timeoutMs);
  });
  const outcome = await Promise.race([buildOnce(options), timedOut]);
  clearTimeout(timer);
  if (outcome.kind === "crashed" || outcome.kind === "timed-out") await loaded?.stop();
  return outcome;
}

async function buildOnce(options: BuildOptions): Promise<BuildOutcome> {
  try {
    return { kind: "built", result: await loadEsbuild().build(options) };
  } catch (error) {
    if (!isBuildFailure(error)) return { kind: "crashed", reason: errorText(error) };
    const { errors, warnings } = error;
    const panic = errors.find((message) => message.text.startsWith("panic: "));
    return panic === undefined
      ? { kind: "failed", errors, warnings }
      : { kind: "crashed", reason: panic.text };
  }
}

function loadEsbuild(): Esbuild {
  loaded ??= loadLimitedEsbuild();
  return loaded;
}

/**
 * Loads an esbuild of its own, whose service is started through `esbuild-limited.sh`. esbuild takes another binary
 * only from the environment, reads that when it is loaded, and shares one service among all who load it: whoever
 * else uses esbuild in this process keeps another one, without limits.
 */
function loadLimitedEsbuild(): Esbuild {
  const require = createRequire(import.meta.url);
  const module = require.resolve("esbuild");
  const starter = fileURLToPath(new URL("./esbuild-limited.sh", import.meta.url));
  const variable = process.env["ESBUILD_BINARY_PATH"];
  const binary = variable ?? esbuildBinary(require);
  const limited = binary !== null && isExecutable(starter);
  const others = require.cache[module];
  delete require.cache[module];
  if (limited) {
    process.env["TACKLEBOX_ESBUILD_BINARY"] = binary;
    process.env["ESBUILD_BINARY_PATH"] = starter;
  }
  try {
    const own: unknown = require(module);
    if (!isEsbuild(own)) throw new Error("esbuild offers neither build nor stop");
    return own;
  } finally {
    restore(require.cache, module, others);
    restore(process.env, "ESBUILD_BINARY_PATH", variable);
  }
}

function isEsbuild(value: unknown): value is Esbuild {
  return typeof value === "object" && value !== null && "build" in value && "stop" in value;
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return (
    error instanceof Error && "errors" in error && Array.isArray(error.errors) && error.errors.length > 0
  );
}

function restore<T>(record: Record<string, T | undefined>, key: string, value: T | undefined): void {
  if (value === undefined) delete record[key];
  else record[key] = value;
}

function esbuildBinary(require: NodeJS.Require): string | null {
  try {
    const platform = createRequire(require.resolve("esbuild")).resolve(
      `@esbuild/${process.platform}-${process.arch}/package.json`,
    );
    const binary = join(dirname(platform), "bin", "esbuild");
    return isExecutable(binary) ? binary : null;
  } catch {
    return null;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
