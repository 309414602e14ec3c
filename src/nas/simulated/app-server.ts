import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { Clock } from "../../clock.ts";
import { errorText } from "../../errors.ts";
import type { AppReply, AppRequest, RecordedRequest } from "./app-behaviour.ts";

export interface AppServerOptions {
  host: string;
  /** Real and declared ports, in the same order. */
  ports: { real: number; declared: number }[];
  clock: Clock;
  /** The app's answer once it is ready. */
  answer(request: AppRequest): AppReply;
  /** Called before the reply is sent. */
  onRequest(recorded: RecordedRequest): void;
}

/** A simulated app's HTTP server: answers 503 until it is told that the app is ready. */
export interface AppServer {
  /** Begins to listen on all ports; rejects when one is in use, listening on none. */
  open(): Promise<void>;
  setReady(): void;
  /** Ends at once: open connections are cut. */
  close(): Promise<void>;
}

const maxBodyBytes = 1_048_576;

export function createAppServer(options: AppServerOptions): AppServer {
  const closing = new AbortController();
  let ready = false;

  async function handle(message: IncomingMessage, response: ServerResponse, port: number): Promise<void> {
    const request = await readRequest(message, port);
    const starting = !ready;
    const reply = request === null ? tooLarge : starting ? notReady : safely(() => options.answer(request));
    if (request !== null) {
      const status = reply.disconnect === true ? 0 : reply.status;
      options.onRequest({ ...request, at: options.clock.now(), status, starting });
    }
    if (reply.delayMs !== undefined) await options.clock.sleep(reply.delayMs, closing.signal);
    if (reply.disconnect === true) message.socket.destroy();
    else send(response, reply);
  }

  const servers = options.ports.map(({ real, declared }) => {
    const server = createServer((message, response) => {
      handle(message, response, declared).catch(() => message.socket.destroy());
    });
    return { server, port: real };
  });

  async function close(): Promise<void> {
    closing.abort();
    await Promise.all(servers.map(({ server }) => closeServer(server)));
  }

  return {
    open: async () => {
      try {
        for (const { server, port } of servers) {
          server.listen({ host: options.host, port, exclusive: true });
          await once(server, "listening");
        }
      } catch (error) {
        await close();
        throw error;
      }
    },
    setReady: () => {
      ready = true;
    },
    close,
  };
}

const notReady: AppReply = { status: 503, headers: { "retry-after": "1" }, body: "starting\n" };
const tooLarge: AppReply = { status: 413, headers: { connection: "close" }, body: "body too large\n" };

/** A behaviour is an author's code: when it throws, the app answers 500 and says why. */
function safely(answer: () => AppReply): AppReply {
  try {
    return answer();
  } catch (error) {
    return { status: 500, body: `the simulated app's behaviour threw: ${errorText(error)}\n` };
  }
}

async function readRequest(message: IncomingMessage, port: number): Promise<AppRequest | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    size += (chunk as Buffer).length;
    if (size <= maxBodyBytes) chunks.push(chunk as Buffer);
  }
  if (size > maxBodyBytes) return null;
  const target = message.url ?? "/";
  const queryAt = target.indexOf("?");
  return {
    method: message.method ?? "GET",
    path: queryAt < 0 ? target : target.slice(0, queryAt),
    query: queryAt < 0 ? {} : Object.fromEntries(new URLSearchParams(target.slice(queryAt))),
    headers: Object.fromEntries(
      Object.entries(message.headersDistinct).map(([name, values]) => [name, (values ?? []).join(", ")]),
    ),
    body: Buffer.concat(chunks).toString("utf8"),
    port,
  };
}

function send(response: ServerResponse, reply: AppReply): void {
  const { body } = reply;
  const type = typeof body === "string" ? "text/plain" : "application/json";
  if (body !== undefined) response.setHeader("content-type", `${type}; charset=utf-8`);
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value);
  response.writeHead(reply.status);
  response.end(body === undefined || typeof body === "string" ? body : JSON.stringify(body));
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
