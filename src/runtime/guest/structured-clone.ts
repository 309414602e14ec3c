import { toDomString } from "./dom-string.ts";
import { blobBytes, Blob, File, isBlob } from "./blob.ts";
import { isArrayBuffer } from "./bytes.ts";
import { DOMException } from "./dom-exception.ts";
import {
  defineValue,
  FunctionToString,
  MapSize,
  ObjectToString,
  TypedArrayTag,
  unbind,
} from "./primordials.ts";

/** Originals and their copies: what is met twice is copied once. */
type Seen = Map<object, unknown>;

const setSize = unbind(
  Object.getOwnPropertyDescriptor(Set.prototype, "size")?.get as (this: unknown) => unknown,
);
const errorClasses: Record<string, ErrorConstructor> = {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};
/** Objects with something inside that a copy of their properties would lose. */
const closed = new Set(
  "Promise WeakMap WeakSet Generator AsyncGenerator AbortController AbortSignal CryptoKey Event EventTarget FormData Headers Request Response TextDecoder TextEncoder URL URLSearchParams".split(
    " ",
  ),
);

/**
 * `structuredClone`: plain objects, arrays, boxed primitives, Date, RegExp, Map, Set, buffers and views, errors,
 * blobs; cycles kept. `transfer` takes ArrayBuffers.
 */
export function structuredClone(value: unknown, options?: { transfer?: Iterable<unknown> }): unknown {
  const transfer = [...(options?.transfer ?? [])];
  for (const item of transfer) {
    if (!isArrayBuffer(item) || item.detached) {
      throw new DOMException("Found invalid value in transferList", "DataCloneError");
    }
  }
  const copy = clone(value, new Map());
  // Nothing is taken away before everything could be copied.
  for (const item of transfer as ArrayBuffer[]) item.transfer(0);
  return copy;
}

function clone(value: unknown, seen: Seen): unknown {
  if (typeof value === "function" || typeof value === "symbol") throw uncloneable(value);
  if (typeof value !== "object" || value === null) return value;
  if (seen.has(value)) return seen.get(value);
  const remember = <T>(copy: T): T => {
    seen.set(value, copy);
    return copy;
  };
  if (Array.isArray(value)) {
    const copy: unknown[] = remember([]);
    copy.length = value.length;
    return copyProperties(value, copy, seen);
  }
  if (ArrayBuffer.isView(value)) return remember(cloneView(value, seen));
  if (isBlob(value)) return remember(cloneBlob(value));
  return cloneKind(value, remember, seen);
}

function cloneKind(value: object, remember: <T>(copy: T) => T, seen: Seen): unknown {
  const kind = kindOf(value);
  switch (kind) {
    case "ArrayBuffer":
      return remember((value as ArrayBuffer).slice(0));
    case "Date":
      return remember(new Date((value as Date).getTime()));
    case "RegExp":
      return remember(new RegExp((value as RegExp).source, (value as RegExp).flags));
    case "Boolean":
    case "Number":
    case "String":
    case "BigInt":
      return remember(Object(value.valueOf()) as object);
    case "Map":
      return copyMap(value as Map<unknown, unknown>, remember(new Map<unknown, unknown>()), seen);
    case "Set":
      return copySet(value as Set<unknown>, remember(new Set<unknown>()), seen);
    case "Error":
      return cloneError(value as Error, remember, seen);
    case "DOMException":
      return remember(new DOMException((value as Error).message, (value as Error).name));
    default:
      if (closed.has(kind)) throw uncloneable(value);
      return copyProperties(value, remember({}), seen);
  }
}

/** What V8 calls the value; for a class that only names itself like a built-in, "Object". */
function kindOf(value: object): string {
  const kind = ObjectToString(value).slice(8, -1);
  try {
    if (kind === "Map") MapSize(value);
    if (kind === "Set") setSize(value);
    if (kind === "ArrayBuffer" && !isArrayBuffer(value)) return "Object";
  } catch {
    return "Object";
  }
  return kind;
}

function copyProperties(from: object, to: object, seen: Seen): object {
  for (const key of Object.keys(from)) {
    defineValue(to, key, clone((from as Record<string, unknown>)[key], seen), true);
  }
  return to;
}

function copyMap(from: Map<unknown, unknown>, to: Map<unknown, unknown>, seen: Seen): unknown {
  for (const [key, item] of from) to.set(clone(key, seen), clone(item, seen));
  return to;
}

function copySet(from: Set<unknown>, to: Set<unknown>, seen: Seen): unknown {
  for (const item of from) to.add(clone(item, seen));
  return to;
}

function cloneView(view: ArrayBufferView, seen: Seen): unknown {
  const buffer = clone(view.buffer, seen) as ArrayBuffer;
  const tag = TypedArrayTag(view);
  if (tag === undefined) return new DataView(buffer, view.byteOffset, view.byteLength);
  const scope = globalThis as unknown as Record<string, new (...args: unknown[]) => unknown>;
  const Class = scope[tag] as new (...args: unknown[]) => unknown;
  return new Class(buffer, view.byteOffset, (view as Uint8Array).length);
}

function cloneBlob(blob: Blob): Blob {
  const { type } = blob;
  return blob instanceof File
    ? new File([blobBytes(blob)], blob.name, { type, lastModified: blob.lastModified })
    : new Blob([blobBytes(blob)], { type });
}

function cloneError(error: Error, remember: <T>(copy: T) => T, seen: Seen): Error {
  const Class = Object.hasOwn(errorClasses, error.name) ? errorClasses[error.name] : Error;
  const copy = remember(new (Class as ErrorConstructor)());
  if (Object.hasOwn(error, "message")) defineValue(copy, "message", toDomString(error.message), false);
  defineValue(copy, "stack", error.stack, false);
  if (Object.hasOwn(error, "cause")) defineValue(copy, "cause", clone(error.cause, seen), false);
  return copy;
}

function uncloneable(value: unknown): DOMException {
  return new DOMException(`${describe(value)} could not be cloned.`, "DataCloneError");
}

function describe(value: unknown): string {
  if (typeof value === "function") return FunctionToString(value);
  return typeof value === "symbol" ? value.toString() : `#<${kindOf(value as object)}>`;
}
