/**
 * Frames on the pipes between host and sandbox: `u32le jsonBytes, u32le bodyBytes, json, body`. The reader
 * refuses a frame by its header, before it takes memory for it.
 */
export interface Frame {
  json: string;
  /** Empty when the frame has none. */
  body: Uint8Array;
}

export interface FrameCaps {
  maxJsonBytes: number;
  maxBodyBytes: number;
}

export const frameHeaderBytes = 8;

export class FrameError extends Error {
  readonly code = "HOOK_PROTOCOL";
}

/** One frame as bytes. */
export function encodeFrame(json: string, body?: Uint8Array): Buffer {
  const jsonBytes = Buffer.byteLength(json);
  const frame = Buffer.allocUnsafe(frameHeaderBytes + jsonBytes + (body?.byteLength ?? 0));
  frame.writeUInt32LE(jsonBytes, 0);
  frame.writeUInt32LE(body?.byteLength ?? 0, 4);
  frame.write(json, frameHeaderBytes, "utf8");
  if (body) frame.set(body, frameHeaderBytes + jsonBytes);
  return frame;
}

/** Sizes named by a frame's header. Throws `FrameError` when a cap is passed. */
export function decodeFrameHeader(header: Buffer, caps: FrameCaps): { jsonBytes: number; bodyBytes: number } {
  const jsonBytes = header.readUInt32LE(0);
  const bodyBytes = header.readUInt32LE(4);
  if (jsonBytes > caps.maxJsonBytes || bodyBytes > caps.maxBodyBytes) {
    throw new FrameError(
      `a message of ${jsonBytes} + ${bodyBytes} bytes came from the sandbox; at most ${caps.maxJsonBytes} + ${caps.maxBodyBytes} are allowed.`,
    );
  }
  return { jsonBytes, bodyBytes };
}

/** Cuts a byte stream into frames. Feed it chunks; it calls back for each whole frame. */
export function createFrameReader(caps: FrameCaps, onFrame: (frame: Frame) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let held = 0;
  let wanted = frameHeaderBytes;
  let sizes: { jsonBytes: number; bodyBytes: number } | null = null;

  const takeWanted = (): Buffer => {
    const all = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, held);
    const taken = all.subarray(0, wanted);
    chunks = all.length > wanted ? [all.subarray(wanted)] : [];
    held -= wanted;
    return taken;
  };

  return (chunk) => {
    chunks.push(chunk);
    held += chunk.length;
    while (held >= wanted) {
      const bytes = takeWanted();
      if (sizes === null) {
        sizes = decodeFrameHeader(bytes, caps);
        wanted = sizes.jsonBytes + sizes.bodyBytes;
      } else {
        const { jsonBytes } = sizes;
        sizes = null;
        wanted = frameHeaderBytes;
        onFrame({ json: bytes.toString("utf8", 0, jsonBytes), body: bytes.subarray(jsonBytes) });
      }
    }
  };
}
