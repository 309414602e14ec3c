import { timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { errorCodeOf, errorText } from "../../errors.ts";
import type { NasDriver, NasJobRef } from "../nas-driver.ts";
import type { NasCall, NasLine } from "./nas-line.ts";

export interface ServeNasOptions {
  /** What callers have to show. */
  secret: string;
  /** Told of each `app.create` and `app.upgrade` that the NAS accepted. */
  onAccepted?(ref: NasJobRef): void;
}

/** A NAS offered on a free port of this machine. */
export interface NasServer {
  url: string;
  port: number;
  close(): Promise<void>;
}

interface CallContext {
  tell(value: unknown): void;
  signal: AbortSignal;
}

type Call = (args: unknown[], context: CallContext) => Promise<unknown>;

/** A connection nothing is said on for long would be taken for dead. */
const aliveMs = 20_000;

/**
 * Offers a NAS of this process to workers in others: what it runs goes on without them. Each call is one request; its answer
 * is a list of JSON lines, the last of which tells the result.
 */
export async function serveNas(nas: NasDriver, options: ServeNasOptions): Promise<NasServer> {
  const calls = callsOf(nas, options);
  const server = createServer((request, response) => {
    if (isAllowed(request, options.secret)) {
      answer(request, response, calls).catch(() => response.destroy());
    } else {
      response.writeHead(401).end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Callers are workers of this datastore, so their arguments are what a driver takes. */
function callsOf(nas: NasDriver, { onAccepted }: ServeNasOptions): ReadonlyMap<string, Call> {
  const accept = (ref: NasJobRef): NasJobRef => {
    onAccepted?.(ref);
    return ref;
  };
  return new Map<string, Call>([
    ["facts", () => nas.facts()],
    ["ensureDirectory", ([directory]) => nas.ensureDirectory(directory as never)],
    ["startCreateApp", async ([request]) => accept(await nas.startCreateApp(request as never))],
    ["startUpgradeApp", async ([request]) => accept(await nas.startUpgradeApp(request as never))],
    ["followJob", ([ref], { tell, signal }) => nas.followJob(ref as NasJobRef, tell, signal)],
    ["findJob", ([method, appName]) => nas.findJob(method as never, appName as string)],
    ["getApp", ([name]) => nas.getApp(name as string)],
    ["listApps", () => nas.listApps()],
    ["watchApp", ([name], { tell, signal }) => nas.watchApp(name as string, tell, signal)],
  ]);
}

/** A web page cannot send the header to another origin without being asked first, and nobody answers that. */
function isAllowed({ headers, method }: IncomingMessage, secret: string): boolean {
  const shown = Buffer.from(headers.authorization ?? "");
  const expected = Buffer.from(`Bearer ${secret}`);
  return method === "POST" && shown.length === expected.length && timingSafeEqual(shown, expected);
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  calls: ReadonlyMap<string, Call>,
): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort(new Error("the caller is gone")));
  const write = (line: NasLine): void => void response.write(`${JSON.stringify(line)}\n`);
  response.flushHeaders();
  const alive = setInterval(() => write({ alive: true }), aliveMs);
  try {
    const { method, args } = JSON.parse(await text(request)) as NasCall;
    const call = calls.get(method);
    if (call === undefined) throw new Error(`no such call: ${method}`);
    const result = await call(args, { tell: (told) => write({ told }), signal: gone.signal });
    write({ result: result ?? null });
  } catch (error) {
    write({ error: { code: errorCodeOf(error), message: errorText(error) } });
  } finally {
    clearInterval(alive);
  }
  response.end();
}
