import { connect } from "node:net";

/** A request as it goes over the wire; nothing of it is checked or put right. */
export interface RawRequest {
  method: string;
  /** Path and query, as they are. */
  target: string;
  headers: [string, string][];
  /** Sent with its Content-Length, whatever the headers say; null: none. */
  body: Buffer | null;
}

export interface RawAnswer {
  status: number;
  /** By name in lower case. */
  headers: Map<string, string>;
  /** Empty for a stream, of which only the head is read. */
  text: string;
}

/** Sends it on a connection of its own. Rejects when what comes back is no whole answer. */
export async function sendRaw(origin: string, request: RawRequest): Promise<RawAnswer> {
  const { hostname, port, host } = new URL(origin);
  const socket = connect(Number(port), hostname);
  // A server that has answered may close while the rest of a large body is on its way.
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {});
  socket.on("error", (error) => broken.reject(error));
  socket.write(toHead(request, host));
  if (request.body !== null) socket.write(request.body);
  let bytes = Buffer.alloc(0);
  const read = async (): Promise<RawAnswer> => {
    for await (const chunk of socket) {
      bytes = Buffer.concat([bytes, chunk as Buffer]);
      const answer = parseAnswer(bytes, request.method, false);
      if (answer !== null) return answer;
    }
    return requireWhole(parseAnswer(bytes, request.method, true), bytes);
  };
  try {
    return await read();
  } catch (error) {
    return requireWhole(parseAnswer(bytes, request.method, true), bytes, error);
  } finally {
    socket.destroy();
  }
}

function requireWhole(answer: RawAnswer | null, bytes: Buffer, cause?: unknown): RawAnswer {
  if (answer !== null) return answer;
  throw new Error(`No whole answer came: ${JSON.stringify(bytes.toString("latin1").slice(0, 500))}`, {
    cause,
  });
}

function toHead({ method, target, headers, body }: RawRequest, host: string): Buffer {
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...(headers.some(([name]) => name.toLowerCase() === "host") ? [] : [`host: ${host}`]),
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(body === null ? [] : [`content-length: ${body.byteLength}`]),
    "connection: close",
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "utf8");
}

/** The answer as soon as it is whole; null as long as more must come. */
function parseAnswer(all: Buffer, method: string, isEnd: boolean): RawAnswer | null {
  const bytes =
    all.toString("latin1", 0, 12) === "HTTP/1.1 100" ? all.subarray(all.indexOf("\r\n\r\n") + 4) : all;
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd < 0) return null;
  const [first = "", ...lines] = bytes.subarray(0, headEnd).toString("latin1").split("\r\n");
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1]);
  const headers = new Map(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const rest = bytes.subarray(headEnd + 4);
  const isStream = headers.get("content-type")?.startsWith("text/event-stream") === true;
  if (isStream || method === "HEAD" || status === 204 || status === 304) return { status, headers, text: "" };
  const length = headers.get("content-length");
  if (length === undefined) return isEnd ? { status, headers, text: rest.toString() } : null;
  if (rest.byteLength < Number(length)) return null;
  return { status, headers, text: rest.subarray(0, Number(length)).toString() };
}
