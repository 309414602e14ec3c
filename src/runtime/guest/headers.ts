import { toDomString } from "./dom-string.ts";

/** The `Headers` of fetch, with the messages and the sorting of Node's. */
const tokenPattern = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// A value must not hold NUL, CR or LF; what lies beyond Latin-1 cannot be sent.
const valuePattern = /^[\t\x20-\xff]*$/;
const outerSpace = /^[\t\n\r ]+|[\t\n\r ]+$/g;

interface HeaderRow {
  /** As given. */
  name: string;
  value: string;
}

export type HeadersInput = Headers | Iterable<Iterable<unknown>> | Record<string, unknown> | undefined;

/** Makes a `Headers` refuse changes. */
export let freezeHeaders: (headers: Headers) => void;
/** Headers as they came from the host, unchecked and not to be changed. */
export let receivedHeaders: (rows: [name: string, value: string][]) => Headers;
/** The rows as they go to the host: names as given, in the order given. */
export let headerRows: (headers: Headers) => [string, string][];

export class Headers {
  #rows: HeaderRow[] = [];
  #frozen = false;

  constructor(init?: HeadersInput) {
    if (init === undefined) return;
    if (typeof init !== "object" || init === null) {
      throw new TypeError(
        "Headers constructor: init given is not a sequence or a record; pass an object or a list of pairs.",
      );
    }
    const iterate = (init as { [Symbol.iterator]?: unknown })[Symbol.iterator];
    if (typeof iterate === "function") this.#fillFromPairs(init as Iterable<Iterable<unknown>>);
    else
      for (const name of Reflect.ownKeys(init)) this.#fillFromRecord(init as Record<string, unknown>, name);
  }

  #fillFromPairs(pairs: Iterable<Iterable<unknown>>): void {
    for (const pair of pairs) {
      const parts = [...pair];
      if (parts.length !== 2) {
        throw new TypeError(
          `Headers constructor: expected name/value pair to be length 2, found ${parts.length}.`,
        );
      }
      this.append(parts[0], parts[1]);
    }
  }

  #fillFromRecord(record: Record<string, unknown>, name: string | symbol): void {
    const property = Reflect.getOwnPropertyDescriptor(record, name);
    if (property?.enumerable === true) this.append(name, record[name as string]);
  }

  append(name: unknown, value: unknown): void {
    const row = this.#check("append", name, value);
    this.#rows.push(row);
  }

  set(name: unknown, value: unknown): void {
    const row = this.#check("set", name, value);
    const key = row.name.toLowerCase();
    const at = this.#rows.findIndex((other) => other.name.toLowerCase() === key);
    const rest = this.#rows.filter((other) => other.name.toLowerCase() !== key);
    rest.splice(at < 0 ? rest.length : at, 0, row);
    this.#rows = rest;
  }

  delete(name: unknown): void {
    const key = this.#checkName("delete", name).toLowerCase();
    this.#requireOpen();
    this.#rows = this.#rows.filter((row) => row.name.toLowerCase() !== key);
  }

  get(name: unknown): string | null {
    const key = this.#checkName("get", name).toLowerCase();
    const values = this.#rows.filter((row) => row.name.toLowerCase() === key).map((row) => row.value);
    return values.length === 0 ? null : values.join(key === "cookie" ? "; " : ", ");
  }

  has(name: unknown): boolean {
    const key = this.#checkName("has", name).toLowerCase();
    return this.#rows.some((row) => row.name.toLowerCase() === key);
  }

  /** Each `set-cookie` on its own. */
  getSetCookie(): string[] {
    return this.#rows.filter((row) => row.name.toLowerCase() === "set-cookie").map((row) => row.value);
  }

  forEach(callback: (value: string, name: string, headers: Headers) => unknown, thisArg?: unknown): void {
    if (typeof callback !== "function") {
      throw new TypeError("Failed to execute 'forEach' on 'Headers': parameter 1 is not of type 'Function'.");
    }
    for (const [name, value] of this.#sorted()) Reflect.apply(callback, thisArg, [value, name, this]);
  }

  *entries(): IterableIterator<[string, string]> {
    yield* this.#sorted();
  }
  *keys(): IterableIterator<string> {
    for (const [name] of this.#sorted()) yield name;
  }
  *values(): IterableIterator<string> {
    for (const [, value] of this.#sorted()) yield value;
  }
  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries();
  }
  get [Symbol.toStringTag](): string {
    return "Headers";
  }

  /** By name in lower case, equal names joined, `set-cookie` apart. */
  #sorted(): [string, string][] {
    const names = [...new Set(this.#rows.map((row) => row.name.toLowerCase()))].toSorted();
    return names.flatMap((name): [string, string][] =>
      name === "set-cookie"
        ? this.getSetCookie().map((value) => [name, value])
        : [[name, this.get(name) as string]],
    );
  }

  #check(method: string, name: unknown, value: unknown): HeaderRow {
    const checkedName = this.#checkName(method, name);
    const text = toDomString(value).replace(outerSpace, "");
    if (!valuePattern.test(text)) {
      throw new TypeError(`Headers.${method}: "${text}" is an invalid header value.`);
    }
    this.#requireOpen();
    return { name: checkedName, value: text };
  }

  #checkName(method: string, name: unknown): string {
    const text = toDomString(name);
    if (!tokenPattern.test(text)) {
      throw new TypeError(`Headers.${method}: "${text}" is an invalid header name.`);
    }
    return text;
  }

  #requireOpen(): void {
    if (this.#frozen) throw new TypeError("immutable");
  }

  static {
    freezeHeaders = (headers) => {
      headers.#frozen = true;
    };
    receivedHeaders = (rows) => {
      const headers = new Headers();
      headers.#rows = rows.map(([name, value]) => ({ name, value }));
      headers.#frozen = true;
      return headers;
    };
    headerRows = (headers) => headers.#rows.map((row) => [row.name, row.value]);
  }
}
