import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A program of ours in a process of its own. */
export interface ChildProgram {
  readonly pid: number;
  /** The next line it prints; null when it ended. */
  nextLine(): Promise<string | null>;
  /** Gives it a line of input; one that is gone does not get it. */
  writeLine(line: string): void;
  signal(name: NodeJS.Signals): void;
  kill9(): Promise<void>;
}

/** Runs a TypeScript file of this repository with this Node. End it with `kill9`, also when it ended by itself. */
export function startProgram(file: string, args: string[], env: Record<string, string> = {}): ChildProgram {
  const child = spawn(process.execPath, [file, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  child.stdin.on("error", () => undefined);
  const exited = once(child, "exit");
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    pid: child.pid ?? 0,
    nextLine: async () => {
      const { value, done } = await lines.next();
      return done === true ? null : value;
    },
    writeLine: (line) => void child.stdin.write(`${line}\n`),
    signal: (name) => void child.kill(name),
    kill9: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
