import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { TackleboxError, errorCodeOf, errorText, type ErrorCode } from "../../src/errors.ts";
import type { NasApp, NasDriver, NasJobProgress, NasJobRef, NasJobResult } from "../../src/nas/nas-driver.ts";

/**
 * A NAS in the test process for workers that are killed: what it runs goes on without them. Each call is one request;
 * its answer is a list of JSON lines, the last of which tells the result.
 */
export interface RemoteNasServer {
  url: string;
  /** Calls of `app.create` and `app.upgrade` that the NAS accepted, in order. */
  accepted: { method: "app.create" | "app.upgrade"; appName: string }[];
  close(): Promise<void>;
}

type Line = { told: unknown } | { result: unknown } | { error: { code: ErrorCode | null; message: string } };

interface CallContext {
  tell(value: unknown): void;
  signal: AbortSignal;
}

type Call = (args: unknown[], context: CallContext) => Promise<unknown>;

export async function serveNas(nas: NasDriver): Promise<RemoteNasServer> {
  const accepted: RemoteNasServer["accepted"] = [];
  const calls: Record<string, Call> = {
    facts: () => nas.facts(),
    ensureDirectory: ([directory]) => nas.ensureDirectory(directory as never),
    startCreateApp: async ([request]) => keepJob(await nas.startCreateApp(request as never)),
    startUpgradeApp: async ([request]) => keepJob(await nas.startUpgradeApp(request as never)),
    followJob: ([ref], { tell, signal }) => nas.followJob(ref as NasJobRef, tell, signal),
    findJob: ([method, appName]) => nas.findJob(method as never, appName as string),
    getApp: ([name]) => nas.getApp(name as string),
    listApps: () => nas.listApps(),
    watchApp: ([name], { tell, signal }) => nas.watchApp(name as string, tell, signal),
  };
  const keepJob = (ref: NasJobRef): NasJobRef => {
    accepted.push({ method: ref.method, appName: ref.appName });
    return ref;
  };
  const server = createServer((request, response) => {
    answer(request, response, calls).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    accepted,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  calls: Record<string, Call>,
): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort(new Error("the caller is gone")));
  const write = (line: Line): void => void response.write(`${JSON.stringify(line)}\n`);
  const { method, args } = JSON.parse(await readText(request)) as { method: string; args: unknown[] };
  try {
    const call = calls[method];
    if (call === undefined) throw new Error(`no such call: ${method}`);
    const result = await call(args, { tell: (told) => write({ told }), signal: gone.signal });
    write({ result: result ?? null });
  } catch (error) {
    write({ error: { code: errorCodeOf(error), message: errorText(error) } });
  }
  response.end();
}

async function readText(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** The NAS at that address, as a worker sees it. */
export function connectNas(url: string): NasDriver {
  const call = async <T>(method: string, args: unknown[], options: CallOptions = {}): Promise<T> => {
    const signal = options.signal === undefined ? {} : { signal: options.signal };
    const body = JSON.stringify({ method, args });
    const response = await fetch(url, { method: "POST", body, ...signal });
    if (response.body === null) throw new Error("the NAS sent no answer");
    const lines = createInterface({ input: Readable.fromWeb(response.body as never) });
    for await (const text of lines) {
      const line = JSON.parse(text) as Line;
      if ("told" in line) options.onTold?.(line.told);
      else if ("result" in line) return line.result as T;
      else if (line.error.code === null) throw new Error(line.error.message);
      else throw new TackleboxError(line.error.code, line.error.message);
    }
    throw new TackleboxError("NAS_UNREACHABLE", `The NAS at ${url} ended its answer to ${method} too early.`);
  };
  return {
    facts: () => call("facts", []),
    ensureDirectory: (directory) => call("ensureDirectory", [directory]),
    startCreateApp: (request) => call("startCreateApp", [request]),
    startUpgradeApp: (request) => call("startUpgradeApp", [request]),
    followJob: (ref, onProgress, signal) =>
      call<NasJobResult>("followJob", [ref], {
        onTold: (told) => onProgress(told as NasJobProgress),
        ...(signal && { signal }),
      }),
    findJob: (method, appName) => call("findJob", [method, appName]),
    getApp: (name) => call("getApp", [name]),
    listApps: () => call("listApps", []),
    watchApp: async (name, onChange, signal) => {
      const onTold = (told: unknown): void => onChange(told as NasApp);
      await call("watchApp", [name], { onTold, signal }).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    },
    close: () => Promise.resolve(),
  };
}

interface CallOptions {
  onTold?: (told: unknown) => void;
  signal?: AbortSignal;
}
