import {
  ArrayBufferByteLength,
  ArrayBufferIsView,
  DataViewBuffer,
  DataViewByteLength,
  DataViewByteOffset,
  NativeArrayBuffer,
  NativeUint8Array,
  TypedArrayBuffer,
  TypedArrayByteLength,
  TypedArrayByteOffset,
  TypedArraySet,
  TypedArrayTag,
} from "./primordials.ts";

/** True for an ArrayBuffer of this isolate. */
export function isArrayBuffer(value: unknown): value is ArrayBuffer {
  try {
    ArrayBufferByteLength(value);
    return true;
  } catch {
    return false;
  }
}

/** True for what Web APIs call a buffer source. */
export function isBufferSource(value: unknown): value is ArrayBuffer | ArrayBufferView {
  return ArrayBufferIsView(value) || isArrayBuffer(value);
}

/** A copy of the bytes of a buffer source; later changes of the source do not show. Throws a TypeError for others. */
export function copyBytes(source: unknown): Uint8Array<ArrayBuffer> {
  const bytes = viewBytes(source);
  const copy = new NativeUint8Array(new NativeArrayBuffer(TypedArrayByteLength(bytes)));
  TypedArraySet(copy, bytes);
  return copy;
}

/** The bytes themselves, seen as a Uint8Array. */
export function viewBytes(source: unknown): Uint8Array<ArrayBuffer> {
  if (ArrayBufferIsView(source)) {
    return TypedArrayTag(source) === undefined
      ? new NativeUint8Array(DataViewBuffer(source), DataViewByteOffset(source), DataViewByteLength(source))
      : new NativeUint8Array(
          TypedArrayBuffer(source),
          TypedArrayByteOffset(source),
          TypedArrayByteLength(source),
        );
  }
  if (isArrayBuffer(source)) return new NativeUint8Array(source);
  throw new TypeError("The argument must be an instance of ArrayBuffer or ArrayBufferView.");
}

/** Joins byte pieces. */
export function joinBytes(pieces: Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  const joined = new NativeUint8Array(new NativeArrayBuffer(length));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
