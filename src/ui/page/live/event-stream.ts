import { createParser, type EventSourceMessage } from "eventsource-parser";
import { ApiError, noAnswer } from "../../../client/api-error.ts";
import { openStream } from "../api.ts";

export interface EventStreamRequest {
  path: string;
  /** Where to go on; null: from now. */
  lastEventId: string | null;
  signal: AbortSignal;
  /** The server has begun to answer. */
  onOpen(): void;
  onEvent(message: EventSourceMessage): void;
}

/** The server gives a sign of life every 15 s; a stream that is silent for longer is dead. */
const silentMs = 40_000;
/** A proxy that holds the answer back is found out by the first bytes not coming. */
const firstBytesMs = 8000;

/**
 * Follows one stream of server-sent events until it ends. `EventSource` cannot send a bearer token, so it is read by
 * `fetch`. Throws `ApiError` when it breaks or falls silent.
 */
export async function followEvents(request: EventStreamRequest): Promise<void> {
  const silence = new AbortController();
  const signal = AbortSignal.any([request.signal, silence.signal]);
  let timer = setTimeout(() => silence.abort(), firstBytesMs);
  const awake = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), silentMs);
  };
  try {
    const { path, lastEventId } = request;
    const response = await openStream(
      path,
      lastEventId === null ? {} : { "last-event-id": lastEventId },
      signal,
    );
    await readStream(response, request, awake);
  } catch (error) {
    if (request.signal.aborted || error instanceof ApiError) throw error;
    throw noAnswer(location.origin, error);
  } finally {
    clearTimeout(timer);
  }
}

async function readStream(response: Response, request: EventStreamRequest, awake: () => void): Promise<void> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) return;
  const parser = createParser({ onEvent: (message) => request.onEvent(message) });
  let isOpen = false;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    awake();
    if (!isOpen) {
      isOpen = true;
      request.onOpen();
    }
    parser.feed(value);
  }
}
