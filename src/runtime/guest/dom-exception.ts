import { toDomString } from "./dom-string.ts";
import { defineValue, ErrorCaptureStackTrace, ObjectHasOwn } from "./primordials.ts";

/** Names with a number in `DOMException.code` (WebIDL, "base DOMException names"). */
const legacyCodes: Record<string, number> = {
  __proto__: null as never,
  IndexSizeError: 1,
  HierarchyRequestError: 3,
  WrongDocumentError: 4,
  InvalidCharacterError: 5,
  NoModificationAllowedError: 7,
  NotFoundError: 8,
  NotSupportedError: 9,
  InUseAttributeError: 10,
  InvalidStateError: 11,
  SyntaxError: 12,
  InvalidModificationError: 13,
  NamespaceError: 14,
  InvalidAccessError: 15,
  TypeMismatchError: 17,
  SecurityError: 18,
  NetworkError: 19,
  AbortError: 20,
  URLMismatchError: 21,
  QuotaExceededError: 22,
  TimeoutError: 23,
  InvalidNodeTypeError: 24,
  DataCloneError: 25,
};

/** Names without a number that are DOMExceptions all the same. */
const plainNames: Record<string, true> = {
  __proto__: null as never,
  EncodingError: true,
  NotReadableError: true,
  UnknownError: true,
  ConstraintError: true,
  DataError: true,
  OperationError: true,
  NotAllowedError: true,
};

/** True for a name that `new DOMException(message, name)` is made for, and no JavaScript error class has. */
export function isDomExceptionName(name: string): boolean {
  return name !== "SyntaxError" && (ObjectHasOwn(legacyCodes, name) || ObjectHasOwn(plainNames, name));
}

export class DOMException extends Error {
  readonly #name: string;

  constructor(message: unknown = "", options: unknown = "Error") {
    super(toDomString(message));
    const details = typeof options === "object" && options !== null ? (options as DomExceptionDetails) : null;
    const name: unknown = details === null ? options : (details.name ?? "Error");
    this.#name = toDomString(name);
    if (details !== null && "cause" in details) {
      defineValue(this, "cause", details.cause, false);
    }
    // The first capture wrote a headline without the name.
    ErrorCaptureStackTrace(this, new.target);
  }

  override get name(): string {
    return this.#name;
  }

  get code(): number {
    return legacyCodes[this.#name] ?? 0;
  }

  get [Symbol.toStringTag](): string {
    return "DOMException";
  }
}

interface DomExceptionDetails {
  name?: unknown;
  cause?: unknown;
}

/** The numbered constants, `DOMException.ABORT_ERR` and so on. */
export function defineDomExceptionConstants(): void {
  for (const name in legacyCodes) {
    const stem =
      name === "URLMismatchError" ? "URL_MISMATCH" : name.slice(0, -5).replace(/(?!^)[A-Z]/g, "_$&");
    const descriptor = { value: legacyCodes[name], enumerable: true };
    Object.defineProperty(DOMException, `${stem.toUpperCase()}_ERR`, descriptor);
    Object.defineProperty(DOMException.prototype, `${stem.toUpperCase()}_ERR`, descriptor);
  }
}
