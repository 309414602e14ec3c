import { encodeFrame } from "../frames.ts";

/**
 * Collects what the guest says in one turn and writes it in as few frames as it can. A turn that says a lot is
 * written piece by piece; the pipe then holds the guest back until the host has read.
 */
export interface TurnWriter {
  /** One guest message, JSON text already; a message with a body gets a frame of its own. */
  post(messageJson: string, body: ArrayBuffer | null): void;
  /** Writes what is left and tells the host that the guest now waits; `unhandled` is a rejection nobody handled. */
  end(unhandled: string | null): void;
  writeFrame(json: string, body: Uint8Array | null): void;
}

const flushAtLength = 64 * 1024;
const flushAtCount = 256;

export function createTurnWriter(writeAll: (bytes: Buffer) => void): TurnWriter {
  let messages: string[] = [];
  let length = 0;

  const writeFrame = (json: string, body: Uint8Array | null): void => {
    writeAll(encodeFrame(json, body ?? undefined));
  };
  const flush = (done: boolean, body: Uint8Array | null, unhandled: string | null = null): void => {
    const rejection = unhandled === null ? "" : `,"unhandled":${JSON.stringify(unhandled)}`;
    const json = `{"type":"turn","messages":[${messages.join(",")}],"done":${done}${rejection}}`;
    messages = [];
    length = 0;
    writeFrame(json, body);
  };

  return {
    post: (messageJson, body) => {
      if (messages.length > 0 && (body !== null || length + messageJson.length > flushAtLength))
        flush(false, null);
      messages.push(messageJson);
      length += messageJson.length;
      if (body !== null) flush(false, new Uint8Array(body));
      else if (messages.length >= flushAtCount) flush(false, null);
    },
    end: (unhandled) => flush(true, null, unhandled),
    writeFrame,
  };
}
