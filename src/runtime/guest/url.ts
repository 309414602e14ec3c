import { toDomString } from "./dom-string.ts";
import type { UrlParts } from "./host-functions.ts";
import { nodeError } from "./guest-error.ts";
import { host } from "./host.ts";
import { defineValue, JsonParse } from "./primordials.ts";
import { linkParams, refillParams, URLSearchParams } from "./url-search-params.ts";

/** The `URL` class; parsing and setting are Node's own, done by the host. */
export class URL {
  #parts: UrlParts;
  #searchParams: URLSearchParams | null = null;

  constructor(url: unknown, base?: unknown) {
    if (arguments.length === 0) {
      throw nodeError("TypeError", 'The "url" argument must be specified', "ERR_MISSING_ARGS");
    }
    this.#parts = parseUrl(toDomString(url), base === undefined ? null : toDomString(base));
  }

  static canParse(url: unknown, base?: unknown): boolean {
    return URL.parse(url, base) !== null;
  }

  static parse(url: unknown, base?: unknown): URL | null {
    try {
      return new URL(toDomString(url), base);
    } catch {
      return null;
    }
  }

  get searchParams(): URLSearchParams {
    if (this.#searchParams === null) {
      this.#searchParams = new URLSearchParams(this.#parts.search);
      linkParams(this.#searchParams, (search) => this.#set("search", search));
    }
    return this.#searchParams;
  }

  get href(): string {
    return this.#parts.href;
  }
  set href(value: unknown) {
    this.#parts = parseUrl(toDomString(value), null);
    this.#refill();
  }
  get origin(): string {
    return this.#parts.origin;
  }
  get protocol(): string {
    return this.#parts.protocol;
  }
  set protocol(value: unknown) {
    this.#set("protocol", value);
  }
  get username(): string {
    return this.#parts.username;
  }
  set username(value: unknown) {
    this.#set("username", value);
  }
  get password(): string {
    return this.#parts.password;
  }
  set password(value: unknown) {
    this.#set("password", value);
  }
  get host(): string {
    return this.#parts.host;
  }
  set host(value: unknown) {
    this.#set("host", value);
  }
  get hostname(): string {
    return this.#parts.hostname;
  }
  set hostname(value: unknown) {
    this.#set("hostname", value);
  }
  get port(): string {
    return this.#parts.port;
  }
  set port(value: unknown) {
    this.#set("port", value);
  }
  get pathname(): string {
    return this.#parts.pathname;
  }
  set pathname(value: unknown) {
    this.#set("pathname", value);
  }
  get search(): string {
    return this.#parts.search;
  }
  set search(value: unknown) {
    this.#set("search", value);
    this.#refill();
  }
  get hash(): string {
    return this.#parts.hash;
  }
  set hash(value: unknown) {
    this.#set("hash", value);
  }
  toString(): string {
    return this.#parts.href;
  }
  toJSON(): string {
    return this.#parts.href;
  }
  get [Symbol.toStringTag](): string {
    return "URL";
  }

  #set(part: string, value: unknown): void {
    this.#parts = JsonParse(host.changeUrl(this.#parts.href, part, toDomString(value))) as UrlParts;
  }

  #refill(): void {
    if (this.#searchParams !== null) refillParams(this.#searchParams, this.#parts.search);
  }
}

/** Takes a URL apart as Node does. Throws Node's error, with `code` and `input`. */
export function parseUrl(url: string, base: string | null): UrlParts {
  // An empty base is not the same as none: Node refuses it.
  if (base === "") throw invalidUrl(url);
  try {
    return JsonParse(host.parseUrl(url, base ?? "")) as UrlParts;
  } catch {
    throw invalidUrl(url, base);
  }
}

function invalidUrl(input: string, base: string | null = ""): Error {
  const error = nodeError("TypeError", "Invalid URL", "ERR_INVALID_URL");
  defineValue(error, "input", input, true);
  if (base !== null) defineValue(error, "base", base, true);
  return error;
}
