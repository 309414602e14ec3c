import { createParser, type EventSourceMessage } from "eventsource-parser";
import { ApiError, strangeAnswer, toApiError } from "./api-error.ts";
import type { HookTask, LogRow, OperationTask, Task } from "./api-types.ts";

/** What a stream of events tells. `GET /v1/events` tells of tasks, `GET /v1/tasks/{id}/events` of one task and its log. */
export type ServerEvent =
  /** From here on everything is told; after `resync` something was missed, and what is shown must be read anew. */
  | { type: "hello" | "resync" }
  | { type: "task.created" | "task.updated"; task: Task }
  | { type: "task.removed"; task: Pick<HookTask | OperationTask, "id" | "kind"> }
  | { type: "log"; row: LogRow };

export interface FollowOptions {
  /** Where the server is; empty in a page that the server itself sent. */
  url: string;
  /** The stream with its filters, such as `/v1/events?kind=operation`. */
  path: string;
  /** The bearer token at this moment. */
  token(): string | null;
  /** Ends it. */
  signal: AbortSignal;
  /** Goes on after this event: its cursor for a log. */
  lastEventId?: string;
  onEvent(event: ServerEvent): void;
  /** Told when the stream is there (again) and when it is lost; it comes back by itself. */
  onConnection?(isOpen: boolean): void;
  /** Silence after which a stream counts as lost, in milliseconds; the server says something every 15 s. Default 40000. */
  silenceMs?: number;
  /** In place of the global one. */
  fetch?(request: Request): Promise<Response>;
}

/** Longest wait before the next try, in milliseconds. */
const longestWaitMs = 15_000;
const defaultSilenceMs = 40_000;

/**
 * Follows a stream of events until `signal` aborts, and resolves then. A stream that ends, or cannot be had for now, is taken up
 * again after the last event that was told. Rejects with `ApiError` when the server refuses it (a wrong token, a task that
 * is gone), and with what `onEvent` throws.
 */
export async function followEvents(options: FollowOptions): Promise<void> {
  const { signal, onConnection } = options;
  const place: Place = { lastEventId: options.lastEventId ?? null, retryMs: 2000 };
  for (let failures = 0; !signal.aborted;) {
    const isOpen = await readOnce(options, place);
    failures = isOpen ? 0 : failures + 1;
    if (signal.aborted) return;
    onConnection?.(false);
    const waitMs = Math.min(place.retryMs * 2 ** failures, Math.max(longestWaitMs, place.retryMs));
    // Clients that were cut off together do not come back together.
    await wait(waitMs * (0.5 + Math.random() / 2), signal);
  }
}

interface Place {
  lastEventId: string | null;
  retryMs: number;
}

/** One connection, until it is over; true when it was there. */
async function readOnce(options: FollowOptions, place: Place): Promise<boolean> {
  const silence = createSilence(options.silenceMs ?? defaultSilenceMs);
  const told = createTeller(options, place);
  const signals = [options.signal, silence.signal];
  let isOpen = false;
  let cancel = (): void => {};
  try {
    const response = await open(options, place, AbortSignal.any(signals));
    if (response.body === null) throw strangeAnswer(response);
    isOpen = true;
    options.onConnection?.(true);
    const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
    // Node forgets a fetch's signal once its Request is collected as garbage, in the middle of the body.
    cancel = () => void reader.cancel().catch(() => {});
    for (const signal of signals) signal.addEventListener("abort", cancel);
    if (signals.some(({ aborted }) => aborted)) cancel();
    const decoder = new TextDecoder();
    for (;;) {
      silence.heard();
      const { done, value } = await reader.read();
      if (done) return true;
      told.read(decoder.decode(value, { stream: true }));
    }
  } catch (error) {
    if (told.failed || isRefusal(error)) throw error;
    return isOpen;
  } finally {
    silence.end();
    options.signal.removeEventListener("abort", cancel);
  }
}

async function open(options: FollowOptions, place: Place, signal: AbortSignal): Promise<Response> {
  const { url, path, token } = options;
  const headers: Record<string, string> = { accept: "text/event-stream" };
  const bearer = token();
  if (bearer !== null) headers["authorization"] = `Bearer ${bearer}`;
  if (place.lastEventId !== null) headers["last-event-id"] = place.lastEventId;
  const request = new Request(`${url}${path}`, { headers, signal, cache: "no-store" });
  const response = await (options.fetch ?? fetch)(request);
  if (response.ok) return response;
  const text = await response.text();
  let body: unknown = null;
  try {
    body = JSON.parse(text);
  } catch {
    // No answer of tacklebox: something stands before it.
  }
  throw toApiError(response, body);
}

/** What will be refused the next time as well. */
function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.status < 500 && error.status !== 429;
}

/** Hands events on. `failed` once the listener has thrown. */
function createTeller(
  { onEvent }: FollowOptions,
  place: Place,
): { read(text: string): void; readonly failed: boolean } {
  let failed = false;
  const parser = createParser({
    onRetry: (ms) => {
      place.retryMs = ms;
    },
    onEvent: (message) => {
      const event = toServerEvent(message);
      try {
        if (event !== null) onEvent(event);
      } catch (error) {
        failed = true;
        throw error;
      }
      place.lastEventId = message.id ?? place.lastEventId;
    },
  });
  return {
    read: (text) => parser.feed(text),
    get failed() {
      return failed;
    },
  };
}

/** Null for what a newer server tells beside. */
function toServerEvent({ event, data }: EventSourceMessage): ServerEvent | null {
  switch (event) {
    case "hello":
    case "resync":
      return { type: event };
    case "task.created":
    case "task.updated":
      return { type: event, task: JSON.parse(data) as Task };
    case "task.removed":
      return { type: event, task: JSON.parse(data) as Task };
    case "log":
      return { type: event, row: JSON.parse(data) as LogRow };
    default:
      return null;
  }
}

/** A connection nothing is heard of any more, such as that of a laptop which slept, does not end by itself. */
function createSilence(ms: number): { signal: AbortSignal; heard(): void; end(): void } {
  const late = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = (): void => clearTimeout(timer);
  const heard = (): void => {
    end();
    timer = setTimeout(() => late.abort(), ms);
  };
  heard();
  return { signal: late.signal, heard, end };
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
