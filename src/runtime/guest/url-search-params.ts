import { toDomString, toUsvString } from "./dom-string.ts";
import { nodeError } from "./guest-error.ts";
import { host } from "./host.ts";
import { defineValue } from "./primordials.ts";

/** Is told of every change; how a `URL` keeps its `searchParams` in step. */
type OnChange = (search: string) => void;

/** Replaces the content without telling the owner. */
export let refillParams: (params: URLSearchParams, search: string) => void;
/** Names who is told of changes. */
export let linkParams: (params: URLSearchParams, onChange: OnChange) => void;

export class URLSearchParams {
  #pairs: [string, string][] = [];
  declare readonly [Symbol.iterator]: () => IterableIterator<[string, string]>;
  #onChange: OnChange | null = null;

  constructor(init?: unknown) {
    if (init === undefined || init === null) return;
    if (typeof init !== "object" && typeof init !== "function") {
      const text = toDomString(init);
      this.#pairs = parsePairs(text.startsWith("?") ? text.slice(1) : text);
    } else if (typeof (init as { [Symbol.iterator]?: unknown })[Symbol.iterator] === "function") {
      this.#pairs = [...(init as Iterable<Iterable<unknown>>)].map(toPair);
    } else {
      const record = init as Record<string, unknown>;
      for (const key of Reflect.ownKeys(record)) {
        if (Reflect.getOwnPropertyDescriptor(record, key)?.enumerable !== true) continue;
        this.#pairs.push([toUsvString(key), toUsvString(record[key as string])]);
      }
    }
  }

  get size(): number {
    return this.#pairs.length;
  }

  append(name: unknown, value: unknown): void {
    this.#pairs.push([toUsvString(name), toUsvString(value)]);
    this.#changed();
  }

  delete(name: unknown, value?: unknown): void {
    const key = toUsvString(name);
    const only = value === undefined ? null : toUsvString(value);
    this.#pairs = this.#pairs.filter((pair) => pair[0] !== key || (only !== null && pair[1] !== only));
    this.#changed();
  }

  get(name: unknown): string | null {
    const key = toUsvString(name);
    return this.#pairs.find((pair) => pair[0] === key)?.[1] ?? null;
  }

  getAll(name: unknown): string[] {
    const key = toUsvString(name);
    return this.#pairs.filter((pair) => pair[0] === key).map((pair) => pair[1]);
  }

  has(name: unknown, value?: unknown): boolean {
    const key = toUsvString(name);
    const only = value === undefined ? null : toUsvString(value);
    return this.#pairs.some((pair) => pair[0] === key && (only === null || pair[1] === only));
  }

  set(name: unknown, value: unknown): void {
    const key = toUsvString(name);
    const at = this.#pairs.findIndex((pair) => pair[0] === key);
    if (at < 0) {
      this.#pairs.push([key, toUsvString(value)]);
    } else {
      this.#pairs = this.#pairs.filter((pair, index) => index <= at || pair[0] !== key);
      this.#pairs[at] = [key, toUsvString(value)];
    }
    this.#changed();
  }

  /** By name, equal names staying in their order. */
  sort(): void {
    this.#pairs.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
    this.#changed();
  }

  forEach(
    callback: (value: string, name: string, params: URLSearchParams) => unknown,
    thisArg?: unknown,
  ): void {
    if (typeof callback !== "function") {
      throw new TypeError('The "callback" argument must be of type function.');
    }
    for (const [name, value] of this.entries()) Reflect.apply(callback, thisArg, [value, name, this]);
  }

  *entries(): IterableIterator<[string, string]> {
    for (let index = 0; index < this.#pairs.length; index += 1) {
      const [name, value] = this.#pairs[index] as [string, string];
      yield [name, value];
    }
  }
  *keys(): IterableIterator<string> {
    for (const [name] of this.entries()) yield name;
  }
  *values(): IterableIterator<string> {
    for (const [, value] of this.entries()) yield value;
  }

  toString(): string {
    return this.#pairs.map(([name, value]) => `${encodePart(name)}=${encodePart(value)}`).join("&");
  }

  get [Symbol.toStringTag](): string {
    return "URLSearchParams";
  }

  #changed(): void {
    this.#onChange?.(this.toString());
  }

  static {
    // One function under two names, as WebIDL has it.
    defineValue(this.prototype, Symbol.iterator, this.prototype.entries, false);
    refillParams = (params, search) => {
      params.#pairs = parsePairs(search.startsWith("?") ? search.slice(1) : search);
    };
    linkParams = (params, onChange) => {
      params.#onChange = onChange;
    };
  }
}

function toPair(pair: Iterable<unknown>): [string, string] {
  const parts = typeof pair === "object" && pair !== null ? [...pair] : [];
  if (parts.length !== 2) {
    const message = "Each query pair must be an iterable [name, value] tuple";
    throw nodeError("TypeError", message, "ERR_INVALID_TUPLE");
  }
  return [toUsvString(parts[0]), toUsvString(parts[1])];
}

function encodePart(text: string): string {
  return encodeURIComponent(text)
    .replaceAll("%20", "+")
    .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Reads `application/x-www-form-urlencoded` text. */
export function parsePairs(text: string): [string, string][] {
  return text
    .split("&")
    .filter((part) => part !== "")
    .map((part) => {
      const at = part.indexOf("=");
      return at < 0
        ? [decodePart(part), ""]
        : [decodePart(part.slice(0, at)), decodePart(part.slice(at + 1))];
    });
}

function decodePart(text: string): string {
  const spaced = text.replaceAll("+", " ").toWellFormed();
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return decodeLoosely(spaced);
  }
}

/** What `decodeURIComponent` refuses: stray `%`, and bytes that are no UTF-8, which become U+FFFD. */
function decodeLoosely(text: string): string {
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => {
    const bytes = new Uint8Array(run.length / 3);
    for (let index = 0; index < bytes.length; index += 1) {
      bytes[index] = Number.parseInt(run.slice(index * 3 + 1, index * 3 + 3), 16);
    }
    return host.decodeText("utf-8", false, true, bytes.buffer);
  });
}
