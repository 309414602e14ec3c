import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { PassThrough } from "node:stream";
import { onTestFinished } from "vitest";
import type { RunReport } from "../../../src/cli/run/run-report.ts";
import { runCli } from "../../../src/cli/run-cli.ts";

export const root = resolve(import.meta.dirname, "../../..");

/** How a command ended. */
export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tacklebox-cli-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files into a new folder and gives its path; values that are no text are written as JSON. */
export async function folderOf(files: Record<string, unknown>): Promise<string> {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, typeof content === "string" ? content : JSON.stringify(content, null, 2));
  }
  return folder;
}

/** A V5 script with one hook whose function body is `body`. */
export function scriptOf(body: string, declaration: Record<string, unknown> = {}): object {
  return {
    version: 5,
    hooks: [
      {
        id: "hook",
        event: "onAfterInstall",
        entrypoint: "main",
        scriptContent: `export async function main(ctx) {\n${body}\n}`,
        ...declaration,
      },
    ],
  };
}

/** A command of this process, on streams of the test. */
export interface CliSession {
  readonly result: Promise<CliResult>;
  /** Resolves when the talk holds the pattern, with what was found. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** Presses keys. */
  type(keys: string): void;
  interrupt(): void;
}

export interface SessionOptions {
  env?: Record<string, string>;
  /** True: input and talk are a terminal. */
  terminal?: boolean;
}

export function startCli(args: readonly string[], options: SessionOptions = {}): CliSession {
  const stopping = new AbortController();
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  if (options.terminal === true) {
    Object.assign(streams.stdin, { isTTY: true, setRawMode: () => streams.stdin });
    Object.assign(streams.stderr, { isTTY: true, columns: 120, rows: 40 });
  }
  const stdout = keep(streams.stdout);
  const stderr = keep(streams.stderr);
  const interrupt = (): void => stopping.abort(new Error("interrupted"));
  const result = runCli({
    args,
    env: options.env ?? {},
    ...streams,
    signal: stopping.signal,
    interrupt,
  }).then((code) => ({ code, stdout: stdout.text(), stderr: stderr.text() }));
  return {
    result,
    says: (pattern) => stderr.has(pattern),
    type: (keys) => streams.stdin.write(keys),
    interrupt,
  };
}

/** Runs a command in this process to its end. */
export async function cli(...args: string[]): Promise<CliResult> {
  return await startCli(args).result;
}

/** A command in a process of its own. */
export interface SpawnedCli {
  child: ChildProcess;
  result: Promise<CliResult>;
  /** Resolves when the talk holds the pattern, with what was found. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** The same of its data. */
  prints(pattern: RegExp): Promise<RegExpExecArray>;
}

export interface SpawnOptions {
  env?: Record<string, string>;
  cwd?: string;
}

/** Runs a command as its users do, in a process of its own, which is gone after the test. */
export function spawnCli(args: readonly string[], options: SpawnOptions = {}): SpawnedCli {
  const spawned = spawnForLong(args, options);
  onTestFinished(async () => {
    spawned.child.kill("SIGKILL");
    await spawned.result;
  });
  return spawned;
}

/** The same for several tests; whoever calls it ends it. */
export function spawnForLong(args: readonly string[], options: SpawnOptions = {}): SpawnedCli {
  const child = spawn(process.execPath, [join(root, "src/main.ts"), ...args], {
    cwd: options.cwd ?? root,
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stdout = keep(child.stdout);
  const stderr = keep(child.stderr);
  const closed = new Promise<CliResult>((done) => {
    child.on("close", (code) => done({ code, stdout: stdout.text(), stderr: stderr.text() }));
  });
  const says = (pattern: RegExp): Promise<RegExpExecArray> => stderr.has(pattern);
  return { child, result: closed, says, prints: (pattern) => stdout.has(pattern) };
}

function keep(stream: NodeJS.ReadableStream): {
  text(): string;
  has(pattern: RegExp): Promise<RegExpExecArray>;
} {
  let text = "";
  let waiting: { pattern: RegExp; found: (match: RegExpExecArray) => void }[] = [];
  const look = (): void => {
    waiting = waiting.filter(({ pattern, found }) => {
      const match = pattern.exec(text);
      if (match !== null) found(match);
      return match === null;
    });
  };
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    text += chunk;
    look();
  });
  return {
    text: () => text,
    has: async (pattern) => {
      const { promise, resolve: found } = Promise.withResolvers<RegExpExecArray>();
      waiting.push({ pattern, found });
      look();
      return await promise;
    },
  };
}

/** Writes a script into a new folder, with other files beside it; gives its path. */
export async function write(script: object, more: Record<string, unknown> = {}): Promise<string> {
  return join(await folderOf({ "app.json": script, ...more }), "app.json");
}

/** Runs a script with `--json`. */
export async function run(
  script: object | string,
  ...args: string[]
): Promise<CliResult & { report: RunReport }> {
  const file = typeof script === "string" ? script : await write(script);
  const result = await cli("run", file, "--json", ...args);
  return { ...result, report: JSON.parse(result.stdout) as RunReport };
}
