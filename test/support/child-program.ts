import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A program of ours in a process of its own. */
export interface ChildProgram {
  readonly pid: number;
  /** The next line it prints; null when it ended. */
  nextLine(): Promise<string | null>;
  kill9(): Promise<void>;
}

/** Runs a TypeScript file of this repository with this Node. End it with `kill9`, also when it ended by itself. */
export function startProgram(file: string, args: string[]): ChildProgram {
  const child = spawn(process.execPath, [file, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    pid: child.pid ?? 0,
    nextLine: async () => {
      const { value, done } = await lines.next();
      return done === true ? null : value;
    },
    kill9: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
