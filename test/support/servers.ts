import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { accessSync, constants, readdirSync } from "node:fs";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

export type ServerKind = "redis" | "postgres";
/** What some suites need installed: a database server, or a browser. */
export type ProgramKind = ServerKind | "chromium";
/** The Debian package that brings it. */
export const packageOf: Record<ProgramKind, string> = {
  redis: "redis-server",
  postgres: "postgresql",
  chromium: "chromium",
};
export const programKinds = ["redis", "postgres", "chromium"] as const;

/** A database server of its own, on a free loopback port with a temporary folder. */
export interface TestServer {
  readonly url: string;
  /** Process id; changes with `restart`. */
  readonly pid: number;
  /** Stops the server by SIGKILL and resolves when it is gone; its folder stays. */
  kill9(): Promise<void>;
  /** Stops the server as its administrator does, and resolves when it is gone; its folder stays. */
  quit(): Promise<void>;
  /** Starts a server that was killed or has quit again on the same port and folder. */
  restart(): Promise<void>;
  /** Stops the server and removes its folder. */
  stop(): Promise<void>;
}

interface Recipe {
  command: string[];
  /** What the server prints once it takes connections. */
  ready: RegExp;
  stopSignal: NodeJS.Signals;
}

/** Path of the program on the PATH or where Debian keeps it; null when it is not installed. */
export function findServerProgram(kind: ProgramKind): string | null {
  if (kind === "redis") return findProgram("redis-server");
  if (kind === "chromium") return findProgram("chromium") ?? findProgram("chromium-browser");
  const own = findProgram("postgres");
  if (own !== null) return own;
  const root = "/usr/lib/postgresql";
  const versions = readFolder(root).toSorted((left, right) => Number(right) - Number(left));
  return versions.map((version) => join(root, version, "bin", "postgres")).find(isProgram) ?? null;
}

/** Starts Redis with its append-only file on; `settings` are added to its command line. */
export async function startRedis(settings: string[] = []): Promise<TestServer> {
  const program = requireProgram("redis");
  const folder = await mkdtemp(join(tmpdir(), "tacklebox-redis-"));
  const port = await freePort();
  const fixed = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--databases", "10000"];
  const durable = ["--save", "", "--appendonly", "yes", "--maxmemory-policy", "noeviction"];
  return runServer(`redis://127.0.0.1:${port}`, folder, {
    command: [...dieWithParent(), program, ...fixed, ...durable, ...settings],
    ready: /Ready to accept connections/,
    stopSignal: "SIGTERM",
  });
}

/**
 * Starts PostgreSQL with a fresh cluster in a new folder in `parent`; as root it runs as another user, since it refuses to
 * run as root.
 */
export async function startPostgres(
  settings: Record<string, string> = {},
  parent: string = tmpdir(),
): Promise<TestServer> {
  const program = requireProgram("postgres");
  const folder = await mkdtemp(join(parent, "tacklebox-postgres-"));
  const port = await freePort();
  const user = postgresUser();
  if (user !== null) await chown(folder, user.uid, user.gid);
  const as = user === null ? [] : ["setpriv", `--reuid=${user.uid}`, `--regid=${user.gid}`, "--clear-groups"];
  const data = join(folder, "data");
  const initdb = [join(program, "..", "initdb"), "-D", data, "-U", "tacklebox", "-A", "trust", "-E", "UTF8"];
  const [first, ...rest] = [...as, ...initdb, "--locale=C", "--no-sync"];
  execFileSync(first, rest, { cwd: folder, stdio: "pipe" });
  const all = { port: String(port), listen_addresses: "127.0.0.1", unix_socket_directories: "", ...settings };
  const options = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return runServer(`postgres://tacklebox@127.0.0.1:${port}/postgres`, folder, {
    command: [...as, ...dieWithParent(), program, "-D", data, ...options],
    ready: /database system is ready to accept connections/,
    stopSignal: "SIGINT",
  });
}

async function runServer(url: string, folder: string, recipe: Recipe): Promise<TestServer> {
  const removeFolder = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  let child = await launch(recipe, folder).catch(async (error: unknown) => {
    await removeFolder();
    throw error;
  });
  return {
    url,
    get pid() {
      return child.pid ?? 0;
    },
    kill9: () => end(child, "SIGKILL"),
    quit: () => end(child, recipe.stopSignal),
    restart: async () => {
      child = await launch(recipe, folder);
    },
    stop: async () => {
      await end(child, recipe.stopSignal);
      await removeFolder();
    },
  };
}

/** Starts the program; a Postgres that was killed may need a moment until its last children are gone. */
async function launch(recipe: Recipe, folder: string): Promise<ChildProcess> {
  const giveUpAt = performance.now() + 20_000;
  for (;;) {
    try {
      return await launchOnce(recipe, folder);
    } catch (error) {
      const isLeftover = /shared memory block|lock file .* already exists/.test(String(error));
      if (!isLeftover || performance.now() > giveUpAt) throw error;
    }
  }
}

async function launchOnce({ command, ready }: Recipe, folder: string): Promise<ChildProcess> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let output = "";
  const onText = (text: Buffer): void => {
    if (output.length < 100_000) output += text.toString();
    if (ready.test(output)) resolve();
  };
  child.stdout.on("data", onText);
  child.stderr.on("data", onText);
  child.once("error", reject);
  child.once("exit", (code, signal) => {
    reject(new Error(`${command.join(" ")} ended (${signal ?? code}) before it was ready:\n${output}`));
  });
  await promise;
  return child;
}

/** Resolves when the program and its children are gone: a Postgres backend outlives a killed server for a moment. */
async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  // "close" comes when nobody holds its output any more.
  child.once("close", () => resolve());
  child.kill(signal);
  const impatience = setTimeout(() => child.kill("SIGKILL"), 15_000);
  await promise;
  clearTimeout(impatience);
}

/** Linux: the kernel ends the server when the test run is killed. Elsewhere it is left to `stop`. */
function dieWithParent(): string[] {
  return findProgram("setpriv") === null ? [] : ["setpriv", "--pdeathsig", "KILL"];
}

function postgresUser(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  for (const name of ["postgres", "nobody"]) {
    try {
      const idOf = (flag: string): number => Number(execFileSync("id", [flag, name], { stdio: "pipe" }));
      return { uid: idOf("-u"), gid: idOf("-g") };
    } catch {
      continue;
    }
  }
  throw new Error("postgres refuses to run as root, and there is no user postgres or nobody to run it as");
}

function requireProgram(kind: ServerKind): string {
  const program = findServerProgram(kind);
  if (program === null) throw new Error(`${kind}: its server program is not installed`);
  return program;
}

function findProgram(name: string): string | null {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, name)).find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function readFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** A loopback port nobody listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
