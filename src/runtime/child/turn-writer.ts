import { encodeFrame } from "../frames.ts";

/**
 * Collects what the guest says in one turn and writes it in as few frames as it can. A turn that says a lot is
 * written piece by piece; the pipe then holds the guest back until the host has read.
 */
export interface TurnWriter {
  /** A guest message, or several with commas between them, JSON text already; one with a body gets a frame of its own. */
  post(messageJson: string, body: ArrayBuffer | null): void;
  /** The guest has nothing left to do; `unhandled` is a rejection nobody handled. */
  rest(unhandled: string | null): void;
  /** Writes what is left and tells the host that the turn has ended; `taken`: see `TurnMessage`. */
  end(taken: number): void;
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
  let unhandled: string | null = null;
  const flush = (done: boolean, body: Uint8Array | null, taken = 0): void => {
    const rejection = unhandled === null ? "" : `,"unhandled":${JSON.stringify(unhandled)}`;
    const count = taken === 0 ? "" : `,"taken":${taken}`;
    const json = `{"type":"turn","messages":[${messages.join(",")}],"done":${done}${rejection}${count}}`;
    unhandled = null;
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
    rest: (rejection) => {
      // A frame names one; what was said before it is told with it.
      if (unhandled !== null) flush(false, null);
      unhandled = rejection;
    },
    end: (taken) => flush(true, null, taken),
    writeFrame,
  };
}
