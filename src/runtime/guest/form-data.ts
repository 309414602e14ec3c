import { toUsvString } from "./dom-string.ts";
import { File, isBlob, type Blob } from "./blob.ts";
import { defineValue } from "./primordials.ts";

type Entry = [name: string, value: string | File];

/** True for form data of this runtime. */
export let isFormData: (value: unknown) => value is FormData;

export class FormData {
  #entries: Entry[] = [];
  declare readonly [Symbol.iterator]: () => IterableIterator<Entry>;

  constructor(form?: unknown) {
    if (form !== undefined) {
      throw new TypeError("FormData constructor: Argument 1 could not be converted to: undefined.");
    }
  }

  append(name: unknown, value: unknown, fileName?: unknown): void {
    this.#entries.push(toEntry(name, value, fileName));
  }

  set(name: unknown, value: unknown, fileName?: unknown): void {
    const entry = toEntry(name, value, fileName);
    const at = this.#entries.findIndex((other) => other[0] === entry[0]);
    const rest = this.#entries.filter((other) => other[0] !== entry[0]);
    rest.splice(at < 0 ? rest.length : at, 0, entry);
    this.#entries = rest;
  }

  delete(name: unknown): void {
    const key = toUsvString(name);
    this.#entries = this.#entries.filter((entry) => entry[0] !== key);
  }

  get(name: unknown): string | File | null {
    const key = toUsvString(name);
    return this.#entries.find((entry) => entry[0] === key)?.[1] ?? null;
  }

  getAll(name: unknown): (string | File)[] {
    const key = toUsvString(name);
    return this.#entries.filter((entry) => entry[0] === key).map((entry) => entry[1]);
  }

  has(name: unknown): boolean {
    const key = toUsvString(name);
    return this.#entries.some((entry) => entry[0] === key);
  }

  forEach(
    callback: (value: string | File, name: string, form: FormData) => unknown,
    thisArg?: unknown,
  ): void {
    if (typeof callback !== "function") {
      throw new TypeError(
        "Failed to execute 'forEach' on 'FormData': parameter 1 is not of type 'Function'.",
      );
    }
    for (const [name, value] of this.entries()) Reflect.apply(callback, thisArg, [value, name, this]);
  }

  *entries(): IterableIterator<Entry> {
    for (let index = 0; index < this.#entries.length; index += 1) {
      const [name, value] = this.#entries[index] as Entry;
      yield [name, value];
    }
  }
  *keys(): IterableIterator<string> {
    for (const [name] of this.entries()) yield name;
  }
  *values(): IterableIterator<string | File> {
    for (const [, value] of this.entries()) yield value;
  }

  get [Symbol.toStringTag](): string {
    return "FormData";
  }

  static {
    defineValue(this.prototype, Symbol.iterator, this.prototype.entries, false);
    isFormData = (value): value is FormData =>
      typeof value === "object" && value !== null && #entries in value;
  }
}

function toEntry(name: unknown, value: unknown, fileName: unknown): Entry {
  if (!isBlob(value)) {
    if (fileName !== undefined) {
      throw new TypeError(
        "FormData: a file name is given, but the value is not a Blob; pass a Blob or no name.",
      );
    }
    return [toUsvString(name), toUsvString(value)];
  }
  return [toUsvString(name), toFile(value, fileName)];
}

function toFile(blob: Blob, fileName: unknown): File {
  if (blob instanceof File && fileName === undefined) return blob;
  const name = fileName === undefined ? "blob" : toUsvString(fileName);
  const options = blob instanceof File ? { lastModified: blob.lastModified } : {};
  return new File([blob], name, { type: blob.type, ...options });
}
