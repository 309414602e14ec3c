import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** What the bare isolate is asked for, one round at a time. */
export type FloorRequest =
  /** Milliseconds from the hook's text to its result; `compiled`: from its compiled code. */
  | { kind: "cold-start"; text: string; compiled: boolean }
  /** Microseconds per ctx call. */
  | { kind: "round-trip"; text: string };

/** A bare isolated-vm isolate in an ordinary Node process. */
export interface IsolateFloor {
  measure(request: FloorRequest): Promise<number>;
  close(): Promise<void>;
}

export function startIsolateFloor(): IsolateFloor {
  const program = fileURLToPath(new URL("./isolate-floor-child.ts", import.meta.url));
  const child = spawn(process.execPath, ["--no-node-snapshot", program], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    measure: async (request) => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await answers.next();
      if (done === true) throw new Error("the process of the bare isolate ended.");
      return Number(value);
    },
    close: async () => {
      child.stdin.end();
      await exited;
    },
  };
}
