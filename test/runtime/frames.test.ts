import { describe, expect, it } from "vitest";
import {
  createFrameReader,
  decodeFrameHeader,
  encodeFrame,
  FrameError,
  frameHeaderBytes,
  type Frame,
} from "../../src/runtime/frames.ts";
import { createRandom } from "../support/random.ts";

const caps = { maxJsonBytes: 1000, maxBodyBytes: 2000 };

/** Feeds chunks; gives the frames seen, bodies as arrays so that they compare by content. */
function read(chunks: readonly Buffer[]): { json: string; body: number[] }[] {
  const frames: { json: string; body: number[] }[] = [];
  const reader = createFrameReader(caps, ({ json, body }) => frames.push({ json, body: [...body] }));
  for (const chunk of chunks) reader(chunk);
  return frames;
}

const header = (jsonBytes: number, bodyBytes: number): Buffer => {
  const bytes = Buffer.alloc(frameHeaderBytes);
  bytes.writeUInt32LE(jsonBytes, 0);
  bytes.writeUInt32LE(bodyBytes, 4);
  return bytes;
};

describe("frames", () => {
  const stream = Buffer.concat([
    encodeFrame('{"text":"äöü 🧰"}'),
    encodeFrame("{}", Uint8Array.from([1, 2, 3, 0, 255])),
    encodeFrame("", new Uint8Array(0)),
    encodeFrame('"last"', Uint8Array.from([9])),
  ]);
  const expected = [
    { json: '{"text":"äöü 🧰"}', body: [] },
    { json: "{}", body: [1, 2, 3, 0, 255] },
    { json: "", body: [] },
    { json: '"last"', body: [9] },
  ];

  it("come out as they went in when they arrive in one piece", () => {
    expect(read([stream])).toEqual(expected);
  });

  it("come out whole wherever the stream is split in two", () => {
    for (let at = 0; at <= stream.length; at += 1) {
      expect(read([stream.subarray(0, at), stream.subarray(at)]), `split at ${at}`).toEqual(expected);
    }
  });

  it("come out whole when each byte arrives alone", () => {
    expect(read(Array.from(stream, (byte) => Buffer.from([byte])))).toEqual(expected);
  });

  it("come out whole in any chunks (seeded)", () => {
    for (let seed = 0; seed < 300; seed += 1) {
      const random = createRandom(seed);
      const chunks: Buffer[] = [];
      for (let at = 0; at < stream.length;) {
        const size = random.below(20);
        chunks.push(stream.subarray(at, at + size));
        at += size;
      }
      expect(read(chunks), `seed ${seed}`).toEqual(expected);
    }
  });

  it("are called back only when they are whole", () => {
    const frame = encodeFrame("{}", Uint8Array.from([1]));
    expect(read([frame.subarray(0, frame.length - 1)])).toEqual([]);
  });

  it("of the largest size allowed are let through", () => {
    const json = `"${"x".repeat(caps.maxJsonBytes - 2)}"`;
    const [frame] = read([encodeFrame(json, new Uint8Array(caps.maxBodyBytes))]);
    expect([frame?.json.length, frame?.body.length]).toEqual([1000, 2000]);
  });
});

describe("a frame that is too large", () => {
  it.each([
    ["text", 1001, 0],
    ["body", 0, 2001],
    ["text, as large as a header can say", 0xffffffff, 0],
    ["body, as large as a header can say", 2, 0xffffffff],
  ])("is refused by its header: %s", (_what, jsonBytes, bodyBytes) => {
    expect(() => decodeFrameHeader(header(jsonBytes, bodyBytes), caps)).toThrow(FrameError);
    // Nothing but the header has arrived, so no memory was taken for the rest.
    expect(() => read([header(jsonBytes, bodyBytes)])).toThrow(
      `a message of ${jsonBytes} + ${bodyBytes} bytes came from the sandbox; at most 1000 + 2000 are allowed.`,
    );
  });

  it("is refused with the code of a broken protocol, after the good frames before it", () => {
    const frames: Frame[] = [];
    const reader = createFrameReader(caps, (frame) => frames.push(frame));
    let caught: unknown = null;
    try {
      reader(Buffer.concat([encodeFrame("1"), header(9999, 0)]));
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({ code: "HOOK_PROTOCOL" });
    expect(frames.map(({ json }) => json)).toEqual(["1"]);
  });
});
