import { toDomString } from "./dom-string.ts";
import { copyBytes } from "./bytes.ts";
import { host } from "./host.ts";
import { defineValue } from "./primordials.ts";

export class TextEncoder {
  get encoding(): string {
    return "utf-8";
  }

  encode(text: unknown = ""): Uint8Array {
    return new Uint8Array(host.encodeText(toDomString(text)));
  }

  encodeInto(source: unknown, target: unknown): { read: number; written: number } {
    if (!(target instanceof Uint8Array)) {
      throw new TypeError('The "dest" argument must be an instance of Uint8Array.');
    }
    const text = toDomString(source);
    let read = 0;
    let written = 0;
    for (const char of text) {
      const bytes = new Uint8Array(host.encodeText(char));
      if (written + bytes.length > target.length) break;
      target.set(bytes, written);
      read += char.length;
      written += bytes.length;
    }
    return { read, written };
  }

  get [Symbol.toStringTag](): string {
    return "TextEncoder";
  }
}

const utf8Labels = new Set(["utf-8", "utf8", "unicode-1-1-utf-8"]);
/** Encodings in which a character may begin in one chunk and end in the next, other than UTF-8 and UTF-16. */
const multiByte = /^(gbk|gb18030|big5|euc-jp|euc-kr|iso-2022-jp|shift_jis)$/;

export class TextDecoder {
  readonly #encoding: string;
  readonly #fatal: boolean;
  readonly #ignoreBom: boolean;
  #rest = new Uint8Array(0);
  #begun = false;

  constructor(label: unknown = "utf-8", options: { fatal?: unknown; ignoreBOM?: unknown } = {}) {
    const name = toDomString(label).trim().toLowerCase();
    this.#encoding = utf8Labels.has(name) ? "utf-8" : host.encodingName(toDomString(label));
    this.#fatal = Boolean(options?.fatal);
    this.#ignoreBom = Boolean(options?.ignoreBOM);
  }

  get encoding(): string {
    return this.#encoding;
  }
  get fatal(): boolean {
    return this.#fatal;
  }
  get ignoreBOM(): boolean {
    return this.#ignoreBom;
  }

  decode(input?: unknown, options: { stream?: unknown } = {}): string {
    const streams = Boolean(options?.stream);
    let bytes = input === undefined ? new Uint8Array(0) : copyBytes(input);
    if (this.#rest.length > 0) {
      const joined = new Uint8Array(this.#rest.length + bytes.length);
      joined.set(this.#rest);
      joined.set(bytes, this.#rest.length);
      bytes = joined;
    }
    const whole = streams ? bytes.length - heldBack(this.#encoding, bytes) : bytes.length;
    this.#rest = bytes.slice(whole);
    const keepsBom = this.#ignoreBom || this.#begun;
    this.#begun = streams && (this.#begun || whole > 0);
    if (whole === 0) return "";
    return host.decodeText(this.#encoding, this.#fatal, keepsBom, bytes.slice(0, whole).buffer);
  }

  get [Symbol.toStringTag](): string {
    return "TextDecoder";
  }
}

/** Bytes at the end that may be the beginning of a character. */
function heldBack(encoding: string, bytes: Uint8Array): number {
  if (encoding === "utf-8") return heldBackUtf8(bytes);
  if (encoding === "utf-16le" || encoding === "utf-16be") {
    const odd = bytes.length % 2;
    const high = bytes[bytes.length - odd - (encoding === "utf-16le" ? 1 : 2)];
    return high !== undefined && high >= 0xd8 && high <= 0xdb ? odd + 2 : odd;
  }
  return multiByte.test(encoding) ? bytes.length : 0;
}

function heldBackUtf8(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return needed > back ? back : 0;
  }
  return 0;
}

/** `atob` and `btoa`. */
export function installBase64(global: typeof globalThis): void {
  defineValue(global, "atob", (text: unknown) => host.decodeBase64(toDomString(text)), true);
  defineValue(global, "btoa", (text: unknown) => host.encodeBase64(toDomString(text)), true);
}
