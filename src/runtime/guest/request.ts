import { toDomString } from "./dom-string.ts";
import { AbortController, isAbortSignal, type AbortSignal } from "./abort.ts";
import { BodyCarrier, extractBody, setBodySource, shareBodySource, takeBodySource } from "./body.ts";
import { Headers, type HeadersInput } from "./headers.ts";
import { parseUrl } from "./url.ts";

type Redirect = "follow" | "error" | "manual";

export interface RequestInit {
  method?: unknown;
  headers?: HeadersInput;
  body?: unknown;
  redirect?: unknown;
  signal?: unknown;
}

const tokenPattern = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const upperCased = /^(?:delete|get|head|options|post|put)$/i;
const forbiddenMethod = /^(?:connect|trace|track)$/i;

export class Request extends BodyCarrier {
  readonly #url: string;
  readonly #method: string;
  readonly #headers: Headers;
  readonly #redirect: Redirect;
  readonly #signal: AbortSignal;

  constructor(input: unknown, init: RequestInit = {}) {
    super();
    if (arguments.length === 0)
      throw new TypeError("Request constructor: 1 argument required, but only 0 present.");
    const given = init ?? {};
    const base = input instanceof Request ? input : null;
    this.#url = base === null ? requestUrl(toDomString(input)) : base.#url;
    this.#method = given.method === undefined ? (base?.method ?? "GET") : toMethod(given.method);
    this.#headers = new Headers(given.headers === undefined ? base?.headers : given.headers);
    this.#redirect = given.redirect === undefined ? (base?.redirect ?? "follow") : toRedirect(given.redirect);
    this.#signal = toSignal(given.signal === undefined ? (base?.signal ?? null) : given.signal);
    this.#setBody(given.body, base);
  }

  get url(): string {
    return this.#url;
  }
  get method(): string {
    return this.#method;
  }
  get headers(): Headers {
    return this.#headers;
  }
  get redirect(): Redirect {
    return this.#redirect;
  }
  get signal(): AbortSignal {
    return this.#signal;
  }
  get cache(): string {
    return "default";
  }
  get credentials(): string {
    return "same-origin";
  }
  get destination(): string {
    return "";
  }
  get duplex(): string {
    return "half";
  }
  get integrity(): string {
    return "";
  }
  get keepalive(): boolean {
    return false;
  }
  get mode(): string {
    return "cors";
  }
  get referrer(): string {
    return "about:client";
  }
  get referrerPolicy(): string {
    return "";
  }

  clone(): Request {
    const source = shareBodySource(this);
    const copy = new Request(this.#url, {
      method: this.#method,
      headers: this.#headers,
      redirect: this.#redirect,
      signal: this.#signal,
    });
    setBodySource(copy, source);
    return copy;
  }

  get [Symbol.toStringTag](): string {
    return "Request";
  }

  #setBody(given: unknown, base: Request | null): void {
    if (given === undefined || given === null) {
      if (base !== null && given === undefined) setBodySource(this, takeBodySource(base));
      return;
    }
    if (this.#method === "GET" || this.#method === "HEAD") {
      throw new TypeError("Request with GET/HEAD method cannot have body.");
    }
    const { source, contentType } = extractBody(given);
    setBodySource(this, source);
    if (contentType !== null && !this.#headers.has("content-type")) {
      this.#headers.append("content-type", contentType);
    }
  }
}

function requestUrl(text: string): string {
  let parts;
  try {
    parts = parseUrl(text, null);
  } catch (cause) {
    throw new TypeError(`Failed to parse URL from ${text}`, { cause });
  }
  if (parts.username !== "" || parts.password !== "") {
    throw new TypeError(`Request cannot be constructed from a URL that includes credentials: ${text}`);
  }
  return parts.href;
}

function toMethod(value: unknown): string {
  const method = toDomString(value);
  if (!tokenPattern.test(method)) throw new TypeError(`'${method}' is not a valid HTTP method.`);
  if (forbiddenMethod.test(method)) throw new TypeError(`'${method}' HTTP method is unsupported.`);
  return upperCased.test(method) ? method.toUpperCase() : method;
}

function toRedirect(value: unknown): Redirect {
  const redirect = toDomString(value);
  if (redirect === "follow" || redirect === "error" || redirect === "manual") return redirect;
  throw new TypeError(
    `Request constructor: ${redirect} is not an accepted type. Expected one of follow, error, manual.`,
  );
}

function toSignal(value: unknown): AbortSignal {
  if (value === null) return new AbortController().signal;
  if (isAbortSignal(value)) return value;
  throw new TypeError(
    'Request constructor: Expected signal ("AbortSignal {}") to be an instance of AbortSignal.',
  );
}
