import {
  defineValue,
  fixPromiseLookups,
  NativeArrayBuffer,
  ObjectDefineProperty,
  ReflectConstruct,
} from "./primordials.ts";

/**
 * What a hook must not have, although V8 brings it: shared memory and waiting on it, WebAssembly (memory outside every
 * limit, a large attack surface), and what shows when garbage is collected (a replay could not repeat it).
 */
const removed = [
  "SharedArrayBuffer",
  "Atomics",
  "WebAssembly",
  "WeakRef",
  "FinalizationRegistry",
  "ShadowRealm",
] as const;

/** Takes the dangerous globals away. */
export function removeGlobals(global: typeof globalThis): void {
  for (let index = 0; index < removed.length; index += 1) {
    Reflect.deleteProperty(global, removed[index] as string);
  }
  fixPromiseLookups();
  refuseResizableBuffers(global);
}

/** A resizable ArrayBuffer may grow far beyond the memory limit of an isolate (measured: 1 GiB of 64 MiB). */
function refuseResizableBuffers(global: typeof globalThis): void {
  function HookArrayBuffer(length: unknown, options?: { maxByteLength?: unknown }): unknown {
    if (new.target === undefined) throw new TypeError("Constructor ArrayBuffer requires 'new'");
    if (typeof options === "object" && options !== null && options.maxByteLength !== undefined) {
      throw new RangeError(
        "ArrayBuffer: maxByteLength is set, but a hook's buffers cannot be resized; leave it out.",
      );
    }
    return ReflectConstruct(NativeArrayBuffer, [length], new.target);
  }
  defineValue(HookArrayBuffer, "name", "ArrayBuffer", false);
  defineValue(HookArrayBuffer, "length", 1, false);
  defineValue(HookArrayBuffer, "isView", NativeArrayBuffer.isView, false);
  ObjectDefineProperty(HookArrayBuffer, Symbol.species, {
    get(this: unknown) {
      return this;
    },
    configurable: true,
  });
  ObjectDefineProperty(HookArrayBuffer, "prototype", { value: NativeArrayBuffer.prototype, writable: false });
  defineValue(NativeArrayBuffer.prototype, "constructor", HookArrayBuffer, false);
  defineValue(global, "ArrayBuffer", HookArrayBuffer, false);
}
