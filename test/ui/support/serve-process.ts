import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { freePort } from "../../support/servers.ts";

/** `tacklebox serve` in a process of its own, with a folder of its own. */
export interface ServeProcess {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** The address it printed last, which signs one browser in. */
  signInUrl(): string;
  /** The API token it printed on its first start. */
  readonly token: string;
  /** Sends a request to its API and gives the answer's JSON. */
  call<Body>(method: string, path: string, body?: unknown): Promise<Body>;
  kill9(): Promise<void>;
  /** Starts it again on the same port and folder. */
  start(): Promise<void>;
  /** Ends it and removes its folder. */
  close(): Promise<void>;
}

const root = resolve(import.meta.dirname, "../../..");

export async function startServe(options: { allow?: string[] } = {}): Promise<ServeProcess> {
  const folder = await mkdtemp(join(tmpdir(), "tacklebox-ui-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = ["serve", "--port", String(port), "--catalog", join(root, "catalog-example")];
  for (const host of options.allow ?? []) args.push("--allow", host);
  let running = await launch(args, folder);
  const token = /tbx_[A-Za-z0-9_-]+/.exec(running.said())?.[0] ?? "";
  return {
    url,
    token,
    signInUrl: () => /http:\S+#signin=[A-Za-z0-9_-]+/.exec(running.said())?.[0] ?? "",
    call: async <Body>(method: string, path: string, body?: unknown): Promise<Body> => {
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const response = await fetch(`${url}${path}`, { method, headers, ...sent });
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as Body;
    },
    kill9: () => end(running.child),
    start: async () => {
      running = await launch(args, folder);
    },
    close: async () => {
      await end(running.child);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

interface Running {
  child: ChildProcess;
  said(): string;
}

/** Resolves when it says that it is ready. */
async function launch(args: string[], cwd: string): Promise<Running> {
  const child = spawn(process.execPath, [join(root, "src/main.ts"), ...args], {
    cwd,
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], NO_COLOR: "1" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  const ready = Promise.withResolvers<void>();
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    if (/^ *catalog /m.test(said)) ready.resolve();
  });
  child.once("exit", (code) => ready.reject(new Error(`serve ended with ${code}:\n${said}`)));
  await ready.promise;
  return { child, said: () => said };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = Promise.withResolvers<void>();
  child.once("exit", () => gone.resolve());
  child.kill("SIGKILL");
  await gone.promise;
}
