import { DOMException } from "./dom-exception.ts";
import { host } from "./host.ts";
import { maxRandomBytes } from "./limits.ts";
import {
  defineValue,
  NativeUint8Array,
  ObjectDefineProperty,
  TypedArrayByteLength,
  TypedArraySet,
  TypedArrayTag,
} from "./primordials.ts";
import { createSubtle, CryptoKey } from "./subtle-crypto.ts";
import { viewBytes } from "./bytes.ts";

const integerArray = /^(?:Big)?(?:Ui|I)nt(?:8|16|32|64)(?:Clamped)?Array$/;

/** `crypto`: chance from the attempt's seed; digests and HMAC by the host. */
export function installCrypto(global: typeof globalThis): void {
  let subtle: object | null = null;
  const crypto = {
    getRandomValues,
    randomUUID,
    get subtle(): object {
      return (subtle ??= createSubtle());
    },
  };
  ObjectDefineProperty(crypto, Symbol.toStringTag, { value: "Crypto", configurable: true });
  defineValue(global, "crypto", crypto, true);
  ObjectDefineProperty(CryptoKey, "name", { value: "CryptoKey", configurable: true });
  defineValue(global, "CryptoKey", CryptoKey, false);
}

function getRandomValues<T>(array: T): T {
  const tag = TypedArrayTag(array);
  if (tag === undefined || !integerArray.test(tag)) {
    throw new DOMException("The data argument must be an integer-type TypedArray", "TypeMismatchError");
  }
  const count = TypedArrayByteLength(array as ArrayBufferView);
  if (count > maxRandomBytes) {
    throw new DOMException("The requested length exceeds 65,536 bytes", "QuotaExceededError");
  }
  TypedArraySet(viewBytes(array), new NativeUint8Array(host.randomBytes(count)));
  return array;
}

function randomUUID(): string {
  const bytes = new NativeUint8Array(host.randomBytes(16));
  let text = "";
  for (let index = 0; index < 16; index += 1) {
    let byte = bytes[index] as number;
    // Version 4, variant 10 (RFC 9562).
    if (index === 6) byte = (byte & 0x0f) | 0x40;
    if (index === 8) byte = (byte & 0x3f) | 0x80;
    if (index === 4 || index === 6 || index === 8 || index === 10) text += "-";
    text += (byte + 0x100).toString(16).slice(1);
  }
  return text;
}
