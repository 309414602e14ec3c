import { toDomString, toUsvString } from "./dom-string.ts";
import { copyBytes, isBufferSource, joinBytes } from "./bytes.ts";
import { readClock } from "./clock-reading.ts";
import { host } from "./host.ts";

/** The bytes of a blob; not to be changed. */
export let blobBytes: (blob: Blob) => Uint8Array<ArrayBuffer>;
/** True for a blob of this runtime. */
export let isBlob: (value: unknown) => value is Blob;

interface BlobOptions {
  type?: unknown;
  endings?: unknown;
}

export class Blob {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #type: string;

  constructor(parts: Iterable<unknown> = [], options: BlobOptions = {}) {
    if (typeof parts !== "object" || parts === null || typeof parts[Symbol.iterator] !== "function") {
      throw new TypeError('The "sources" argument must be an instance of Sequence.');
    }
    this.#bytes = joinBytes([...parts].map((part) => partBytes(part, options?.endings === "native")));
    const type = toDomString(options?.type ?? "");
    this.#type = /^[\x20-\x7e]*$/.test(type) ? type.toLowerCase() : "";
  }

  get size(): number {
    return this.#bytes.length;
  }
  get type(): string {
    return this.#type;
  }

  async text(): Promise<string> {
    return decodeUtf8(this.#bytes);
  }
  async arrayBuffer(): Promise<ArrayBuffer> {
    return copyBytes(this.#bytes).buffer;
  }
  async bytes(): Promise<Uint8Array> {
    return copyBytes(this.#bytes);
  }

  slice(start: unknown = 0, end: unknown = this.#bytes.length, type: unknown = ""): Blob {
    const piece = this.#bytes.slice(Number(start), Number(end));
    return new Blob([piece], { type });
  }

  get [Symbol.toStringTag](): string {
    return "Blob";
  }

  static {
    isBlob = (value): value is Blob => typeof value === "object" && value !== null && #bytes in value;
    blobBytes = (blob) => blob.#bytes;
  }
}

export class File extends Blob {
  readonly #name: string;
  readonly #lastModified: number;

  constructor(
    parts: Iterable<unknown>,
    name: unknown,
    options: BlobOptions & { lastModified?: unknown } = {},
  ) {
    if (arguments.length < 2)
      throw new TypeError('The "fileBits" and "fileName" arguments must be specified');
    super(parts, options);
    this.#name = toUsvString(name);
    this.#lastModified = options?.lastModified === undefined ? readClock() : Number(options.lastModified);
  }

  get name(): string {
    return this.#name;
  }
  get lastModified(): number {
    return this.#lastModified;
  }
  get webkitRelativePath(): string {
    return "";
  }
  override get [Symbol.toStringTag](): string {
    return "File";
  }
}

/** UTF-8 bytes as text, a byte order mark removed. */
export function decodeUtf8(bytes: Uint8Array<ArrayBuffer>): string {
  const whole = bytes.byteLength === bytes.buffer.byteLength ? bytes : copyBytes(bytes);
  return host.decodeText("utf-8", false, false, whole.buffer);
}

function partBytes(part: unknown, nativeEndings: boolean): Uint8Array {
  if (isBlob(part)) return blobBytes(part);
  if (isBufferSource(part)) return copyBytes(part);
  const text = toDomString(part);
  return new Uint8Array(host.encodeText(nativeEndings ? text.replace(/\r\n?/g, "\n") : text));
}
