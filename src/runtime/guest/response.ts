import { toDomString } from "./dom-string.ts";
import type { JsonValue } from "../../json.ts";
import { BodyCarrier, extractBody, setBodySource, shareBodySource } from "./body.ts";
import { completionSource } from "./body-source.ts";
import type { Completion } from "./bridge.ts";
import { freezeHeaders, Headers, receivedHeaders, type HeadersInput } from "./headers.ts";
import { parseUrl } from "./url.ts";

interface ResponseInit {
  status?: unknown;
  statusText?: unknown;
  headers?: HeadersInput;
}

interface ResponseFacts {
  type: string;
  url: string;
  redirected: boolean;
  status: number;
  statusText: string;
}

/** What the effects `fetch` and `waitForApp` answer. */
interface ResponseValue {
  url: string;
  status: number;
  statusText: string;
  headers: [name: string, value: string][];
  redirected: boolean;
}

const redirectStatuses = [301, 302, 303, 307, 308];
const nullBodyStatuses = [101, 103, 204, 205, 304];

/** The `Response` for a completed request. */
export let createResponse: (completion: Completion & { ok: true }) => Response;

export class Response extends BodyCarrier {
  #headers: Headers;
  #facts: ResponseFacts;

  constructor(body: unknown = null, init: ResponseInit = {}) {
    super();
    const given = init ?? {};
    const status = given.status === undefined ? 200 : Math.trunc(Number(given.status));
    if (!(status >= 200 && status <= 599)) {
      throw new RangeError('init["status"] must be in the range of 200 to 599, inclusive.');
    }
    const statusText = given.statusText === undefined ? "" : toDomString(given.statusText);
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(statusText)) throw new TypeError("Invalid statusText");
    this.#facts = { type: "default", url: "", redirected: false, status, statusText };
    this.#headers = new Headers(given.headers);
    if (body === null || body === undefined) return;
    if (nullBodyStatuses.includes(status)) {
      throw new TypeError(`Response constructor: Invalid response status code ${status}`);
    }
    const { source, contentType } = extractBody(body);
    setBodySource(this, source);
    if (contentType !== null && !this.#headers.has("content-type")) {
      this.#headers.append("content-type", contentType);
    }
  }

  static error(): Response {
    const response = new Response();
    response.#facts = { type: "error", url: "", redirected: false, status: 0, statusText: "" };
    freezeHeaders(response.#headers);
    return response;
  }

  static json(data: unknown, init: ResponseInit = {}): Response {
    const text = JSON.stringify(data) as string | undefined;
    if (text === undefined) throw new TypeError("Value is not JSON serializable");
    const headers = new Headers(init?.headers);
    if (!headers.has("content-type")) headers.set("content-type", "application/json");
    return new Response(text, { ...init, headers });
  }

  static redirect(url: unknown, status: unknown = 302): Response {
    const code = Number(status);
    let target;
    try {
      target = parseUrl(toDomString(url), null).href;
    } catch (cause) {
      throw new TypeError(`Failed to parse URL from ${url as string}`, { cause });
    }
    if (!redirectStatuses.includes(code)) throw new RangeError(`Invalid status code ${status as string}`);
    const response = new Response(null, { status: code, headers: { location: target } });
    freezeHeaders(response.#headers);
    return response;
  }

  get type(): string {
    return this.#facts.type;
  }
  get url(): string {
    return this.#facts.url;
  }
  get redirected(): boolean {
    return this.#facts.redirected;
  }
  get status(): number {
    return this.#facts.status;
  }
  get ok(): boolean {
    return this.#facts.status >= 200 && this.#facts.status <= 299;
  }
  get statusText(): string {
    return this.#facts.statusText;
  }
  get headers(): Headers {
    return this.#headers;
  }

  clone(): Response {
    const source = shareBodySource(this);
    const copy = new Response();
    copy.#facts = this.#facts;
    copy.#headers = new Headers(this.#headers);
    setBodySource(copy, source);
    return copy;
  }

  get [Symbol.toStringTag](): string {
    return "Response";
  }

  static {
    createResponse = ({ seq, value, hasBody }) => {
      const { url, status, statusText, headers, redirected } = value as JsonValue & ResponseValue;
      const response = new Response();
      response.#facts = { type: "basic", url, redirected, status, statusText };
      response.#headers = receivedHeaders(headers);
      if (hasBody) setBodySource(response, completionSource(seq));
      return response;
    };
  }
}
