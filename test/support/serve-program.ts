import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const program = join(import.meta.dirname, "../../src/main.ts");

/** `tacklebox serve` in a process of its own. */
export interface ServeProgram {
  readonly pid: number;
  readonly url: string;
  /** The API token it showed. */
  readonly token: string;
  /** All it has written so far. */
  output(): string;
  /** Memory of the process, in bytes (Linux). */
  rss(): number;
  /** Asks it to stop, and resolves when it has. */
  stop(): Promise<void>;
}

/** Starts it on an empty datastore and a free port; resolves when it is ready. */
export async function startServe(
  datastoreUrl: string,
  { args = [], env = {} }: { args?: string[]; env?: Record<string, string> } = {},
): Promise<ServeProgram> {
  const cwd = await mkdtemp(join(tmpdir(), "tacklebox-serve-"));
  const child = spawn(
    process.execPath,
    [program, "serve", "--port", "0", "--datastore", datastoreUrl, ...args],
    {
      cwd,
      env: { ...process.env, NO_COLOR: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const exited = once(child, "exit");
  let text = "";
  const ready = Promise.withResolvers<{ url: string; token: string }>();
  const onData = (chunk: Buffer): void => {
    text += chunk.toString();
    const url = /is ready: (http:\/\/[^/]+)/.exec(text)?.[1];
    const token = /API token\s+(tbx_\S+)/.exec(text)?.[1];
    if (url !== undefined && token !== undefined) ready.resolve({ url, token });
  };
  child.stdout.on("data", onData);
  child.stderr.on("data", onData);
  child.once("exit", () => ready.reject(new Error(`serve ended before it was ready: ${text}`)));
  const { url, token } = await ready.promise;
  const pid = child.pid ?? 0;
  return {
    pid,
    url,
    token,
    output: () => text,
    rss: () => Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024,
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
      await rm(cwd, { recursive: true, force: true });
    },
  };
}
