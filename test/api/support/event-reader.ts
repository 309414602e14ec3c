import { createParser, type EventSourceMessage } from "eventsource-parser";

/** Events of a stream as they come. */
export interface EventReader {
  /** Resolves with the first event, come already or still to come, that matches. */
  until(matches: (event: EventSourceMessage) => boolean): Promise<EventSourceMessage>;
  readonly seen: readonly EventSourceMessage[];
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<void>;
}

export function readEvents(response: Response): EventReader {
  const seen: EventSourceMessage[] = [];
  const waiting = new Set<(event: EventSourceMessage) => void>();
  const parser = createParser({
    onEvent: (event) => {
      seen.push(event);
      for (const tell of waiting) tell(event);
    },
  });
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? [])
      parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
  };
  return {
    seen,
    ended: read().catch(() => {}),
    until: (matches) => {
      const known = seen.find(matches);
      if (known !== undefined) return Promise.resolve(known);
      return new Promise((resolve) => {
        const tell = (event: EventSourceMessage): void => {
          if (!matches(event)) return;
          waiting.delete(tell);
          resolve(event);
        };
        waiting.add(tell);
      });
    },
  };
}
