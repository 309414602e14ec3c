import { spawn, type ChildProcess } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { TackleboxError, errorText, type ErrorCode } from "../errors.ts";
import { createFrameReader, encodeFrame, FrameError } from "./frames.ts";
import { parseSandboxMessage, type ParsedSandboxMessage, type SandboxTurn } from "./parse-sandbox-message.ts";
import { outOfMemoryExitCode, type RenewMessage, type ToSandbox } from "./protocol.ts";
import type { SandboxCode } from "./sandbox-code.ts";
import type { SandboxLimits } from "./sandbox-limits.ts";

/**
 * A locked-down process holding one isolate at a time, for one attempt of a hook.
 *
 * 1. Kernel limits are set by `sh` before Node starts: no core files, no file writes, few descriptors, data
 *    segment, processor time.
 * 2. It has an environment of `TZ=UTC` only, `/` as folder, and Node's permission policy denies files, children, workers,
 *    network and sqlite; the right to load native code is dropped once isolated-vm is in.
 * 3. The program comes on standard input, so no file needs to be readable.
 * 4. Where the service runs as root, it runs as nobody.
 * 5. Anything unexpected from it ends in SIGKILL; it is never asked to stop. What it says while nobody listens is
 *    unexpected.
 */
export interface SandboxProcess {
  readonly pid: number;
  /** Resolves when the isolate stands; rejects with `SANDBOX_UNAVAILABLE`. */
  readonly ready: Promise<void>;
  /** How the process ended; never rejects. */
  readonly exited: Promise<SandboxExit>;
  /** Sets the one listener; null: nobody is to hear of it any more. */
  attach(listener: SandboxListener | null): void;
  send(message: Exclude<ToSandbox, RenewMessage>, body?: Uint8Array): void;
  /** Throws the isolate away and makes a fresh one; resolves when that stands, rejects with `SANDBOX_UNAVAILABLE`. */
  renew(): Promise<void>;
  /** SIGKILL; `code` and `detail` become the exit's cause. The first call wins. */
  kill(code: ErrorCode, detail: string): void;
}

/** The attempt that a sandbox serves. */
export interface SandboxListener {
  /** Called for each valid turn, in order. */
  onTurn(turn: SandboxTurn): void;
  /** The process is gone; also told when it was gone before. */
  onExit(exit: SandboxExit): void;
}

/** Why the process is gone, in the catalogue's words. */
export interface SandboxExit {
  code: ErrorCode;
  detail: string;
}

const limitScript = (limits: SandboxLimits): string =>
  [
    "ulimit -c 0",
    "ulimit -f 0",
    "ulimit -n 64",
    `ulimit -S -t ${Math.ceil(limits.cpuSeconds)}`,
    `ulimit -H -t ${Math.ceil(limits.cpuSeconds) + 2}`,
    `ulimit -d ${Math.ceil(limits.processMemoryMb * 1024)}`,
    'exec "$0" "$@"',
  ].join(" && ");

const nodeFlags = [
  "--jitless",
  // Room for new objects in MiB, from the start: it would begin with one, and be cleared in the middle of a hook's first calls.
  "--min-semi-space-size=4",
  "--max-semi-space-size=4",
  "--no-node-snapshot",
  "--no-warnings",
  "--permission",
  "--allow-addons",
  "--no-experimental-sqlite",
  "-",
];

/** The user nobody, on every system. */
const nobody = 65_534;

/** A root process starts its sandboxes as nobody, where nobody may read Node and isolated-vm. */
const sandboxUser = (code: SandboxCode): { uid?: number; gid?: number } =>
  process.getuid?.() === 0 && code.readableByAll ? { uid: nobody, gid: nobody } : {};

/** Starts a sandbox process; it is usable once `ready` resolves. */
export function startSandboxProcess(code: SandboxCode, limits: SandboxLimits): SandboxProcess {
  const child = spawn(
    "/bin/sh",
    ["-c", limitScript(limits), process.execPath, ...nodeFlags, code.addon, String(limits.isolateMemoryMb)],
    // The zone of the isolate is the zone of its process: UTC, so that a replay elsewhere sees the same dates.
    { env: { TZ: "UTC" }, cwd: "/", stdio: ["pipe", "ignore", "pipe", "pipe", "pipe"], ...sandboxUser(code) },
  );
  return superviseChild(child, code, limits);
}

function superviseChild(child: ChildProcess, code: SandboxCode, limits: SandboxLimits): SandboxProcess {
  let cause: SandboxExit | null = null;
  const exited = Promise.withResolvers<SandboxExit>();
  const stderr = keepTail(child.stderr as Readable, 4096);
  const toChild = child.stdio[3] as Writable;
  const fromChild = child.stdio[4] as Readable;
  const reception = createReception();

  const kill = (killCode: ErrorCode, detail: string): void => {
    cause ??= { code: killCode, detail };
    child.kill("SIGKILL");
  };
  const receive = createFrameReader(
    { maxJsonBytes: limits.maxFrameBytes, maxBodyBytes: limits.maxFrameBodyBytes },
    (frame) => reception.hear(parseSandboxMessage(frame)),
  );
  fromChild.on("data", (chunk: Buffer) => {
    if (cause !== null) return;
    try {
      receive(chunk);
    } catch (error) {
      kill("HOOK_PROTOCOL", errorText(error));
    }
  });
  for (const stream of [child.stdin as Writable, toChild, fromChild]) stream.on("error", () => {});
  child.on("error", (error) => {
    cause ??= { code: "SANDBOX_UNAVAILABLE", detail: error.message };
    exited.resolve(cause);
  });
  child.on("close", (status, signal) => exited.resolve(cause ?? explainExit(status, signal, stderr())));
  void exited.promise.then(reception.end);
  (child.stdin as Writable).end(code.child);
  const send = (message: ToSandbox, body?: Uint8Array): void => {
    toChild.write(encodeFrame(JSON.stringify(message), body));
  };

  return {
    pid: child.pid ?? -1,
    ready: reception.expectReady(),
    exited: exited.promise,
    attach: reception.attach,
    send,
    renew: () => {
      send({ type: "renew" });
      return reception.expectReady();
    },
    kill,
  };
}

/** Who hears what a sandbox says, and what it may say now. */
interface Reception {
  attach(listener: SandboxListener | null): void;
  /** Resolves at the `ready` that is due now; rejects with `SANDBOX_UNAVAILABLE`. */
  expectReady(): Promise<void>;
  /** Throws `FrameError` for what nobody waits for. */
  hear(message: ParsedSandboxMessage): void;
  end(exit: SandboxExit): void;
}

function createReception(): Reception {
  let listener: SandboxListener | null = null;
  let due: PromiseWithResolvers<void> | null = null;
  let ended: SandboxExit | null = null;
  const rejectDue = ({ detail }: SandboxExit): void =>
    due?.reject(
      new TackleboxError("SANDBOX_UNAVAILABLE", `The sandbox process ended before it was ready: ${detail}`),
    );
  return {
    attach: (next) => {
      listener = next;
      const exit = ended;
      if (exit !== null) queueMicrotask(() => next?.onExit(exit));
    },
    expectReady: () => {
      due = Promise.withResolvers<void>();
      due.promise.catch(() => {});
      const { promise } = due;
      if (ended !== null) rejectDue(ended);
      return promise;
    },
    hear: (message) => {
      if (message.type === "ready" && due !== null) {
        due.resolve();
        due = null;
      } else if (message.type === "turn" && listener !== null) listener.onTurn(message);
      else throw new FrameError(`the sandbox sent "${message.type}" when nothing was due from it.`);
    },
    end: (exit) => {
      ended = exit;
      rejectDue(exit);
      listener?.onExit(exit);
    },
  };
}

function keepTail(stream: Readable, maxBytes: number): () => string {
  let tail = "";
  stream.on("error", () => {});
  stream.on("data", (chunk: Buffer) => {
    tail = (tail + chunk.toString("latin1")).slice(-maxBytes);
  });
  return () => tail;
}

function explainExit(status: number | null, signal: NodeJS.Signals | null, stderr: string): SandboxExit {
  if (signal === "SIGXCPU")
    return { code: "HOOK_CPU_LIMIT", detail: "the processor time allowed was used up." };
  const outOfMemory = /out of memory|allocation failed|bad_alloc|Cannot allocate|OOM/i.test(stderr);
  if (status === outOfMemoryExitCode || outOfMemory) {
    return { code: "HOOK_MEMORY_LIMIT", detail: "the memory allowed was used up." };
  }
  const how = signal === null ? `status ${status}` : `signal ${signal}`;
  const said = stderr.trim() === "" ? "" : ` It said: ${firstLine(stderr)}`;
  return { code: "HOOK_CRASHED", detail: `the sandbox process ended by itself with ${how}.${said}` };
}

function firstLine(text: string): string {
  const line =
    text
      .trim()
      .split("\n")
      .find((candidate) => /\w/.test(candidate)) ?? "";
  return line.slice(0, 200);
}
