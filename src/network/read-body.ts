import type { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from "node:zlib";
import { networkError } from "./network-error.ts";

/** More codings on one answer than any server has a use for; each one multiplies the work (CVE-2026-22036). */
const maxCodings = 5;

type Bytes = AsyncIterable<Uint8Array>;

/**
 * Reads an answer's body to its end and decodes it. The cap holds for the bytes on the wire, for the output of each
 * coding and for the result, so that no nesting of compressions can cost more than it.
 */
export async function readBody(
  source: Readable,
  contentEncoding: string,
  maxBytes: number,
): Promise<Uint8Array> {
  let bytes: Bytes = limitBytes(source, maxBytes);
  for (const coding of selectCodings(contentEncoding).toReversed()) {
    bytes = limitBytes(decode(bytes, coding), maxBytes);
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

/** The codings to undo, in the order they were applied; none when one of them is unknown, as fetch does it. */
function selectCodings(contentEncoding: string): string[] {
  const codings = contentEncoding
    .toLowerCase()
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "identity");
  if (codings.length > maxCodings) {
    throw networkError(
      "NETWORK_TOO_LARGE",
      `fetch: the answer is compressed ${codings.length} times over; at most ${maxCodings} are allowed.`,
    );
  }
  return codings.every((coding) => Object.hasOwn(decoders, coding)) ? codings : [];
}

// As Node's fetch does, an answer that was cut short is decoded as far as it goes.
const zlibOptions = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };
const brotliOptions = {
  flush: constants.BROTLI_OPERATION_FLUSH,
  finishFlush: constants.BROTLI_OPERATION_FLUSH,
};
const createGzipDecoder = (): Transform => createGunzip(zlibOptions);

const decoders: Record<string, (firstByte: number) => Transform> = {
  gzip: createGzipDecoder,
  "x-gzip": createGzipDecoder,
  // Servers send "deflate" both with the zlib header the standard asks for and without.
  deflate: (firstByte) =>
    (firstByte & 0x0f) === 8 ? createInflate(zlibOptions) : createInflateRaw(zlibOptions),
  br: () => createBrotliDecompress(brotliOptions),
  zstd: () => createZstdDecompress(),
};

async function* decode(source: Bytes, coding: string): Bytes & AsyncGenerator<Uint8Array> {
  const input = source[Symbol.asyncIterator]();
  const first = await input.next();
  if (first.done === true) return;
  const decoder = (decoders[coding] as (firstByte: number) => Transform)(first.value[0] ?? 0);
  const feeding = pipeline(async function* () {
    yield first.value;
    for (let next = await input.next(); next.done !== true; next = await input.next()) yield next.value;
  }, decoder);
  // A failure of either side reaches the reader through the decoder's own error.
  feeding.catch(() => undefined);
  try {
    yield* decoder as AsyncIterable<Uint8Array>;
  } finally {
    // Not awaited: the input may be waiting for bytes that never come, and ends when the connection is closed.
    input.return?.().catch(() => undefined);
  }
}

async function* limitBytes(source: Bytes, maxBytes: number): Bytes & AsyncGenerator<Uint8Array> {
  let total = 0;
  for await (const chunk of source) {
    total += chunk.byteLength;
    if (total > maxBytes) {
      throw networkError(
        "NETWORK_TOO_LARGE",
        `fetch: the answer is larger than ${maxBytes} bytes once decoded. Ask for less, for example page by page.`,
      );
    }
    if (chunk.byteLength > 0) yield chunk;
  }
}
