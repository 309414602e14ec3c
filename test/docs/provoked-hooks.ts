import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { toTaskError } from "../../src/install/to-task-error.ts";
import { resolveSandboxLimits, type SandboxLimitsOptions } from "../../src/runtime/sandbox-limits.ts";
import { createSandboxPool } from "../../src/runtime/sandbox-pool.ts";
import { decodeFrameHeader } from "../../src/runtime/frames.ts";
import { startSandboxProcess } from "../../src/runtime/sandbox-process.ts";
import { timeoutError } from "../../src/network/network-error.ts";
import { compileInlineText, bundleOf } from "../compile/catalog.ts";
import { runHook, type RunHookOptions } from "../sandbox/run-hook.ts";
import type { Provoked } from "./provoked-scripts.ts";

type Limits = SandboxLimitsOptions & { timeoutMs?: number };

/** What the task shows of a hook that fails. */
async function failureOf(body: string, limits: Limits = {}, more: Partial<RunHookOptions> = {}) {
  const { timeoutMs, ...sandbox } = limits;
  const pool = createSandboxPool({ spares: 0, limits: resolveSandboxLimits(sandbox) });
  const code = `export async function run(ctx) {\n  ${body}\n}`;
  try {
    const { outcome } = await runHook(code, {
      pool,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...more,
    });
    if (outcome.kind !== "failed") return undefined;
    const bundle = bundleOf(await compileInlineText(code, { entrypoint: "run" }));
    return toTaskError("setup", outcome.failure, bundle).detail;
  } finally {
    await pool.close();
  }
}

/** The message of the error that a hook catches. */
async function caughtIn(body: string, more: Partial<RunHookOptions> = {}): Promise<string | undefined> {
  const pool = createSandboxPool({ spares: 0, limits: resolveSandboxLimits() });
  const code = `export async function run(ctx) { try { ${body} } catch (error) { ctx.log(error.message + (error.cause ? " (cause: " + error.cause.message + ")" : "")); } }`;
  try {
    const { lines } = await runHook(code, { pool, timeoutMs: 50_000, ...more });
    return lines.at(-1);
  } finally {
    await pool.close();
  }
}

/** The same against an app that answers as told; its port is shown as 30080. */
async function caughtAt(
  app: (path: string) => { status: number; headers?: Record<string, string>; body?: string } | null,
  body: string,
): Promise<string | undefined> {
  const server = createServer((request, response) => {
    const reply = app(request.url ?? "/");
    if (reply !== null) response.writeHead(reply.status, reply.headers).end(reply.body ?? "");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  try {
    const message = await caughtIn(body, {
      context: { host: "127.0.0.1", port, baseUrl: `http://127.0.0.1:${port}` },
      policy: { appHost: "127.0.0.1", appPorts: [port] },
    });
    return message?.replaceAll(String(port), "30080");
  } finally {
    closeServer(server);
  }
}

function closeServer(server: Server): void {
  server.close();
  server.closeAllConnections();
}

async function interrupted(): Promise<string | undefined> {
  const code =
    "export async function run(ctx) { try { await fetch('http://127.0.0.1:9/', { method: 'POST', body: 'x' }); } catch (error) { ctx.log(error.message); } }";
  const pool = createSandboxPool({ spares: 0, limits: resolveSandboxLimits() });
  try {
    const first = await runHook(code, { pool });
    const started = first.entries.filter((entry) => entry.type === "effect-started");
    return (await runHook(code, { pool, recorded: started })).lines.at(-1);
  } finally {
    await pool.close();
  }
}

async function mismatch(): Promise<string | undefined> {
  const pool = createSandboxPool({ spares: 0, limits: resolveSandboxLimits() });
  try {
    const first = await runHook(
      "export async function run(ctx) { await ctx.emitCheckpoint('a'); await ctx.awaitCheckpointRetry('b', 'x'); }",
      { pool },
    );
    return await failureOf("await ctx.sleep(1);", {}, { recorded: first.entries });
  } finally {
    await pool.close();
  }
}

/** How a sandbox process ends whose program is another. */
async function endOfProcess(program: string, act: "ready" | "exited" | "kill"): Promise<string> {
  const sandbox = startSandboxProcess(
    { child: program, addon: "", readableByAll: false },
    resolveSandboxLimits(),
  );
  if (act === "kill") sandbox.kill("HOOK_CANCELLED", "the pool was closed.");
  const { detail } = await sandbox.exited;
  if (act !== "ready") return detail;
  return await sandbox.ready.then(
    () => "",
    (error: unknown) => (error as Error).message,
  );
}

function refusedFrame(): string {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(2 ** 31, 0);
  try {
    decodeFrameHeader(header, { maxJsonBytes: 1024 * 1024, maxBodyBytes: 8 * 1024 * 1024 });
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

const large = { status: 200, body: "x".repeat(11 * 1024 * 1024) };

/** Messages of running hooks: what a task shows, or what a hook catches. */
export const provokedHooks: Provoked = {
  HOOK_THREW: () => failureOf("ctx.server.name;"),
  HOOK_FAIL: () => failureOf('ctx.fail("The library could not be created");'),
  HOOK_NEVER_SETTLES: () => failureOf("await new Promise(() => {});"),
  HOOK_TIMEOUT: () => failureOf("for (;;) {}", { timeoutMs: 1000 }),
  HOOK_CPU_LIMIT: () => failureOf("for (;;) {}", { cpuSeconds: 1, timeoutMs: 50_000 }),
  HOOK_MEMORY_LIMIT: () =>
    failureOf("const all = []; for (;;) all.push('x'.repeat(1000) + all.length);", { timeoutMs: 50_000 }),
  HOOK_MESSAGE_LIMIT: () =>
    failureOf("for (let n = 0; n < 20; n += 1) setTimeout(() => {}, 5000); await ctx.sleep(5000);", {
      maxPendingCalls: 10,
    }),
  HOOK_CALL_LIMIT: () => failureOf("for (;;) await ctx.emitCheckpoint('a');", { maxCalls: 100 }),
  HOOK_PROTOCOL: refusedFrame,
  HOOK_CRASHED: () => endOfProcess("process.exit(3)", "exited"),
  HOOK_CANCELLED: () => endOfProcess("", "kill"),
  SANDBOX_UNAVAILABLE: () => endOfProcess("process.exit(3)", "ready"),
  REPLAY_MISMATCH: mismatch,
  ARGUMENT_INVALID: () => caughtIn("await ctx.sleep('5s');"),
  INPUT_MISSING: () =>
    caughtIn("ctx.getInput('plex_login');", { context: { inputs: { library: "Movies" } } }),
  INPUT_SCHEMA: () =>
    caughtIn("ctx.getInput('library', { type: 'string', maxLength: 3 });", {
      context: { inputs: { library: "Movies" } },
    }),
  APP_NOT_READY: () =>
    caughtAt(() => ({ status: 503 }), "await ctx.waitForApp('/health', { retries: 2, initialDelayMs: 1 });"),
  APP_ADDRESS_UNKNOWN: () => caughtIn("await ctx.waitForApp('/health');"),
  NETWORK_REFUSED: () =>
    caughtIn("await fetch('http://192.168.1.1/');", {
      policy: { appHost: "192.168.1.50", appPorts: [30_080] },
    }),
  NETWORK_FAILED: () =>
    caughtIn("await fetch('http://127.0.0.1:9/');", { policy: { appHost: "127.0.0.1", appPorts: [9] } }),
  NETWORK_TIMEOUT: () => timeoutError("fetch GET http://192.168.1.50:30080/scan", 30_000).message,
  NETWORK_TOO_LARGE: () => caughtAt(() => large, "await fetch(ctx.baseUrl + '/export');"),
  NETWORK_LIMIT: () =>
    caughtIn(
      "for (let n = 0; n < 2000; n += 1) await fetch('http://192.168.1.1/').catch((error) => { if (error.code !== 'NETWORK_REFUSED') throw error; });",
    ),
  NETWORK_REDIRECTS: () =>
    caughtAt(() => ({ status: 302, headers: { location: "/login" } }), "await fetch(ctx.baseUrl + '/');"),
  EFFECT_INTERRUPTED: interrupted,
  LIMIT_REACHED: () => caughtIn("await ctx.updateCheckpointMessage('ready', 'x'.repeat(5000));"),
};
