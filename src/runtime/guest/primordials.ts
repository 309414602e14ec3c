/**
 * V8's own functions, captured before any hook code runs.
 *
 * 1. The path from a hook's call to the host and back (bridge, clock, timers, failure, entry) uses these and own
 *    properties of null-prototype objects only, so that no patched built-in, getter on a prototype, index setter
 *    or iterator of a hook runs inside it or sees what it holds.
 * 2. `Promise.prototype.constructor` and `Promise[Symbol.species]` are fixed here: the captured `then` would look
 *    them up.
 */
const { bind, call } = Function.prototype;

type Unbound = <Self, Args extends unknown[], Result>(
  method: (this: Self, ...args: Args) => Result,
) => (self: Self, ...args: Args) => Result;

export const unbind = bind.bind(call) as unknown as Unbound;

export const FunctionToString = unbind(Function.prototype.toString);
export const ReflectApply = Reflect.apply;
export const ReflectConstruct = Reflect.construct;
export const JsonParse: (text: string) => unknown = JSON.parse;
export const JsonStringify: (value: unknown) => string | undefined = JSON.stringify;

export const ObjectCreate = Object.create;
export const ObjectDefineProperty = Object.defineProperty;
export const ObjectGetOwnPropertyDescriptor = Object.getOwnPropertyDescriptor;
export const ObjectGetPrototypeOf: (value: object) => object | null = Object.getPrototypeOf;
export const ObjectSetPrototypeOf: <T extends object>(value: T, prototype: object | null) => T =
  Object.setPrototypeOf;
export const ObjectHasOwn = Object.hasOwn;
export const ObjectKeys: (value: object) => string[] = Object.keys;
export const ObjectToString = unbind(Object.prototype.toString);

export const ArrayIsArray: (value: unknown) => value is unknown[] = Array.isArray;
export const ErrorClass = Error;
export const ErrorCaptureStackTrace = Error.captureStackTrace;

export const StringOf = String;
export const StringCharCodeAt = unbind(String.prototype.charCodeAt);
export const StringIndexOf = unbind(String.prototype.indexOf);
export const StringSlice = unbind(String.prototype.slice);
export const SymbolToString = unbind(Symbol.prototype.toString);
export const BigIntToString = unbind(BigInt.prototype.toString);

export const NumberOf = Number;
export const NumberIsFinite = Number.isFinite as (value: unknown) => value is number;
export const MathTrunc = Math.trunc;

export const NativeMap = Map;
export const MapGet = unbind(Map.prototype.get) as <K, V>(map: Map<K, V>, key: K) => V | undefined;
export const MapSet = unbind(Map.prototype.set) as <K, V>(map: Map<K, V>, key: K, value: V) => unknown;
export const MapDelete = unbind(Map.prototype.delete) as <K, V>(map: Map<K, V>, key: K) => boolean;
const mapSize = Object.getOwnPropertyDescriptor(Map.prototype, "size")?.get;
export const MapSize = unbind(mapSize as (this: unknown) => number);

export const NativeWeakMap = WeakMap;
export const WeakMapGet = unbind(WeakMap.prototype.get) as <K extends WeakKey, V>(
  map: WeakMap<K, V>,
  key: K,
) => V | undefined;
export const WeakMapSet = unbind(WeakMap.prototype.set) as <K extends WeakKey, V>(
  map: WeakMap<K, V>,
  key: K,
  value: V,
) => unknown;

export const NativePromise = Promise;
export const PromiseThen = unbind(Promise.prototype.then) as (
  promise: Promise<unknown>,
  onFulfilled: ((value: unknown) => void) | undefined,
  onRejected: ((reason: unknown) => void) | undefined,
) => unknown;

export const NativeDate = Date;
export const NativeArrayBuffer = ArrayBuffer;
export const NativeUint8Array = Uint8Array;
// oxlint-disable-next-line no-eval -- how a hook is run; it stays inside the isolate
export const evaluateGlobally: (code: string) => unknown = globalThis.eval;

const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array;
const getterOf = (prototype: object, name: string): ((this: unknown) => unknown) =>
  Object.getOwnPropertyDescriptor(prototype, name)?.get as (this: unknown) => unknown;

export const TypedArraySet = unbind(typedArrayPrototype.set) as (
  target: Uint8Array,
  source: ArrayLike<number>,
  offset?: number,
) => void;
export const TypedArrayBuffer = unbind(getterOf(typedArrayPrototype, "buffer")) as (
  view: ArrayBufferView,
) => ArrayBuffer;
export const TypedArrayByteOffset = unbind(getterOf(typedArrayPrototype, "byteOffset")) as (
  view: ArrayBufferView,
) => number;
export const TypedArrayByteLength = unbind(getterOf(typedArrayPrototype, "byteLength")) as (
  view: ArrayBufferView,
) => number;
/** Name of a typed array's class, undefined for anything else; runs no code of the value. */
export const TypedArrayTag = unbind(getterOf(typedArrayPrototype, Symbol.toStringTag as never)) as (
  value: unknown,
) => string | undefined;
export const DataViewBuffer = unbind(getterOf(DataView.prototype, "buffer")) as (
  view: unknown,
) => ArrayBuffer;
export const DataViewByteOffset = unbind(getterOf(DataView.prototype, "byteOffset")) as (
  view: unknown,
) => number;
export const DataViewByteLength = unbind(getterOf(DataView.prototype, "byteLength")) as (
  view: unknown,
) => number;
/** Throws for anything but an ArrayBuffer. */
export const ArrayBufferByteLength = unbind(getterOf(ArrayBuffer.prototype, "byteLength")) as (
  buffer: unknown,
) => number;
export const ArrayBufferIsView = ArrayBuffer.isView;

/** Defines a plain property whatever hooks did to `Object.prototype`. */
export function defineValue(target: object, name: PropertyKey, value: unknown, enumerable: boolean): void {
  const descriptor = ObjectCreate(null) as PropertyDescriptor;
  descriptor.value = value;
  descriptor.writable = true;
  descriptor.enumerable = enumerable;
  descriptor.configurable = true;
  ObjectDefineProperty(target, name, descriptor);
}

/** Defines a hidden property that is computed when read, and can be overwritten. */
export function defineComputed(target: object, name: PropertyKey, compute: () => unknown): void {
  const descriptor = ObjectCreate(null) as PropertyDescriptor;
  descriptor.get = compute;
  descriptor.set = (value: unknown) => defineValue(target, name, value, false);
  descriptor.enumerable = false;
  descriptor.configurable = true;
  ObjectDefineProperty(target, name, descriptor);
}

/** Makes rule 2 true; called once, before any hook code. */
export function fixPromiseLookups(): void {
  void ObjectDefineProperty(NativePromise.prototype, "constructor", { writable: false, configurable: false });
  ObjectDefineProperty(NativePromise, Symbol.species, { configurable: false });
}

/** Runs the reactions, drops the promise they make: for promises whose rejection somebody else reports. */
export function ignoreRejection(promise: Promise<unknown>): void {
  void PromiseThen(promise, undefined, () => {});
}
