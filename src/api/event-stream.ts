import type { FastifyReply } from "fastify";

/** One event of a stream, as it goes over the wire. */
export interface StreamEvent {
  event: string;
  /** One line; JSON. */
  data: string;
  /** What a client sends as `Last-Event-ID` when it comes back. */
  id?: string | undefined;
}

/** An event as bytes (HTML standard, server-sent events). Made once for all who get it. */
export function toFrame({ event, data, id }: StreamEvent): Buffer {
  return Buffer.from(`${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`);
}

/** A line that clients pass over. */
export function toComment(text: string): Buffer {
  return Buffer.from(`: ${text.replaceAll(/\s+/g, " ")}\n\n`);
}

/** A client that listens. */
export interface EventStream {
  /** False when the client is gone, or so slow that it was let go; it may come back. */
  send(frame: Buffer): boolean;
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
  end(): void;
}

/** All clients of a server, so that they can be kept awake and let go together. */
export interface EventStreams {
  open(reply: FastifyReply): EventStream;
  /** Lets those go that came with this token: it is not good any more. */
  endOf(tokenId: string): void;
  readonly size: number;
  close(): void;
}

/** A sign of life for proxies and clients. */
const heartbeatMs = 15_000;
const stillHere = toComment("still here");
/** How long a client waits before it comes back. */
const retryMs = 2000;
/** A client with that much unread is let go. */
const mostUnreadBytes = 4 * 1024 * 1024;

export function createEventStreams(): EventStreams {
  const streams = new Map<EventStream, string | null>();
  const heartbeat = setInterval(() => {
    for (const stream of streams.keys()) stream.send(stillHere);
  }, heartbeatMs).unref();
  return {
    get size() {
      return streams.size;
    },
    open: (reply) => {
      const stream = openStream(reply, () => streams.delete(stream));
      streams.set(stream, reply.request.tokenId);
      return stream;
    },
    endOf: (tokenId) => {
      for (const [stream, cameWith] of streams) if (cameWith === tokenId) stream.end();
    },
    close: () => {
      clearInterval(heartbeat);
      for (const stream of streams.keys()) stream.end();
    },
  };
}

function openStream(reply: FastifyReply, onGone: () => void): EventStream {
  const gone = new AbortController();
  reply.hijack();
  const { raw } = reply;
  raw.once("close", () => {
    onGone();
    gone.abort(new Error("the client is gone"));
  });
  raw.on("error", () => {});
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    // nginx would keep events back.
    "x-accel-buffering": "no",
  });
  raw.write(`retry: ${retryMs}\n\n`);
  return {
    signal: gone.signal,
    send: (frame) => {
      if (raw.destroyed || raw.writableEnded) return false;
      if (raw.writableLength > mostUnreadBytes) {
        raw.destroy();
        return false;
      }
      raw.write(frame);
      return true;
    },
    end: () => void raw.end(),
  };
}
