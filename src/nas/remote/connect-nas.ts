import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { TackleboxError, errorText } from "../../errors.ts";
import type { NasApp, NasDriver, NasJobProgress, NasJobResult } from "../nas-driver.ts";
import type { NasAddress, NasCall, NasEnd, NasLine } from "./nas-line.ts";

interface CallOptions {
  onTold?: (told: unknown) => void;
  signal?: AbortSignal | undefined;
}

/**
 * A NAS that another process offers (`serveNas`). `find` is asked at each call, because that process may come back at another
 * address; while it is away, calls reject with `NAS_UNREACHABLE`.
 */
export function connectNas(find: () => Promise<NasAddress>): NasDriver {
  const call = async <T>(method: string, args: unknown[], options: CallOptions = {}): Promise<T> => {
    const address = await find();
    const end = await send(address, { method, args }, options).catch((error: unknown) => {
      if (options.signal?.aborted === true) throw error;
      throw unreachable(address, `no answer to ${method} (${errorText(error)})`);
    });
    if ("result" in end) return end.result as T;
    throw new TackleboxError(end.error.code ?? "INTERNAL", end.error.message);
  };
  return {
    facts: () => call("facts", []),
    ensureDirectory: (directory) => call("ensureDirectory", [directory]),
    startCreateApp: (request) => call("startCreateApp", [request]),
    startUpgradeApp: (request) => call("startUpgradeApp", [request]),
    followJob: (ref, onProgress, signal) =>
      call<NasJobResult>("followJob", [ref], {
        onTold: (told) => onProgress(told as NasJobProgress),
        signal,
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

/** The line the answer ends with. */
async function send(
  { url, secret }: NasAddress,
  call: NasCall,
  { onTold, signal }: CallOptions,
): Promise<NasEnd> {
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}` },
    body: JSON.stringify(call),
    ...(signal === undefined ? {} : { signal }),
  });
  if (!response.ok || response.body === null) throw new Error(`status ${response.status}`);
  for await (const text of createInterface({ input: Readable.fromWeb(response.body as never) })) {
    const line = JSON.parse(text) as NasLine;
    if ("told" in line) onTold?.(line.told);
    else if (!("alive" in line)) return line;
  }
  throw new Error("it ended too early");
}

function unreachable({ url }: NasAddress, found: string): TackleboxError {
  return new TackleboxError(
    "NAS_UNREACHABLE",
    `NAS at ${url}: ${found}, expected the server that offers it; start it again.`,
  );
}
