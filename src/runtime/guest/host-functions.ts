/**
 * What the sandbox process does for the guest, synchronously. The guest calls them all through the one function
 * `__host(name, ...args)`.
 *
 * 1. Arguments and results are strings, numbers, booleans, null and ArrayBuffers (copied), nothing else.
 * 2. The host function never throws. A result text comes back as `"="` + text, a failure as `"!"` + the JSON text of
 *    a `HostFunctionError`, an ArrayBuffer as it is, nothing as undefined.
 * 3. All but `post` and `takeBody` are pure, or, like `randomBytes`, depend on the seed and earlier calls only: a
 *    replay gets the same answers.
 */
export interface HostFunctions {
  /** Sends one `GuestMessage` as JSON text, with the request body that belongs to it. */
  post(messageJson: string, body: ArrayBuffer | null): void;
  /**
   * The response body that came with the completion of call `seq`, and forgets it.
   * `text`: decoded as UTF-8, a byte order mark removed.
   */
  takeBody(seq: number, kind: "text" | "bytes"): string | ArrayBuffer;
  /** Parses a URL; `base` may be empty. JSON text of `UrlParts`. Fails with `ERR_INVALID_URL`. */
  parseUrl(url: string, base: string): string;
  /** What `new URL(href)[part] = value` makes of it. JSON text of `UrlParts`. */
  changeUrl(href: string, part: string, value: string): string;
  /** Canonical name of an encoding label, in lower case. Fails with a RangeError for an unknown one. */
  encodingName(label: string): string;
  /** Decodes whole bytes. With `fatal`, fails with a TypeError where they do not fit. */
  decodeText(label: string, fatal: boolean, ignoreBom: boolean, bytes: ArrayBuffer): string;
  /** UTF-8 of a text; lone surrogates become U+FFFD. */
  encodeText(text: string): ArrayBuffer;
  /** `atob`. Fails with an InvalidCharacterError. */
  decodeBase64(text: string): string;
  /** `btoa`. Fails with an InvalidCharacterError. */
  encodeBase64(text: string): string;
  /** Digest; `algorithm` is `SHA-1`, `SHA-256`, `SHA-384` or `SHA-512`. */
  digest(algorithm: string, bytes: ArrayBuffer): ArrayBuffer;
  /** HMAC with one of the same digests. */
  hmac(algorithm: string, key: ArrayBuffer, bytes: ArrayBuffer): ArrayBuffer;
  /** The next `count` bytes of the stream that the attempt's seed begins; at most 65536 at a time. */
  randomBytes(count: number): ArrayBuffer;
  /**
   * JavaScript text of the JSON Schema validator: an expression whose value is a function
   * `(schemaJson, valueJson) => string`, "" when the value fits, else what does not.
   */
  loadValidator(): string;
}

/** A URL taken apart, by the names of the `URL` class. */
export interface UrlParts {
  href: string;
  origin: string;
  protocol: string;
  username: string;
  password: string;
  host: string;
  hostname: string;
  port: string;
  pathname: string;
  search: string;
  hash: string;
}

/** Why a host function failed. */
export interface HostFunctionError {
  /** Constructor to use in the guest: `TypeError`, `RangeError` or a DOMException name. */
  name: string;
  message: string;
  /** Node's code, e.g. `ERR_INVALID_URL`, or "". */
  code: string;
}
