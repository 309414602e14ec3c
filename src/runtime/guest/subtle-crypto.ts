import { toDomString } from "./dom-string.ts";
import { copyBytes, isBufferSource, viewBytes } from "./bytes.ts";
import { DOMException } from "./dom-exception.ts";
import { host } from "./host.ts";

const construction = Symbol("construction");
/** Bits of a digest's block: the length of a generated HMAC key. */
const digests: Record<string, { bits: number } | undefined> = {
  "SHA-1": { bits: 512 },
  "SHA-256": { bits: 512 },
  "SHA-384": { bits: 1024 },
  "SHA-512": { bits: 1024 },
};

interface KeyFacts {
  hash: string;
  bytes: Uint8Array<ArrayBuffer>;
  extractable: boolean;
  usages: string[];
}

let readKey: (key: unknown) => KeyFacts;

/** A key for HMAC; its bytes are not to be seen unless `extractable`. */
export class CryptoKey {
  readonly #facts: KeyFacts;

  constructor(token?: unknown, facts?: KeyFacts) {
    if (token !== construction || facts === undefined) throw new TypeError("Illegal constructor");
    this.#facts = facts;
  }

  get type(): string {
    return "secret";
  }
  get extractable(): boolean {
    return this.#facts.extractable;
  }
  get algorithm(): object {
    return { name: "HMAC", length: this.#facts.bytes.length * 8, hash: { name: this.#facts.hash } };
  }
  get usages(): string[] {
    return [...this.#facts.usages];
  }
  get [Symbol.toStringTag](): string {
    return "CryptoKey";
  }

  static {
    readKey = (key) => {
      if (typeof key === "object" && key !== null && #facts in key) return key.#facts;
      throw new TypeError("Failed to execute on 'SubtleCrypto': the key is not of type CryptoKey.");
    };
  }
}

/** `crypto.subtle`: digests and HMAC; the rest of Web Crypto is missing. */
export function createSubtle(): object {
  return { digest, importKey, exportKey, generateKey, sign, verify, [Symbol.toStringTag]: "SubtleCrypto" };
}

async function digest(algorithm: unknown, data: unknown): Promise<ArrayBuffer> {
  return host.digest(digestName(algorithm), requireBytes(data).buffer);
}

type ImportKeyArguments = [
  format: unknown,
  data: unknown,
  algorithm: unknown,
  extractable: unknown,
  usages: Iterable<unknown>,
];

async function importKey(...args: ImportKeyArguments): Promise<CryptoKey> {
  const [format, data, algorithm, extractable, usages] = args;
  const hash = hmacHash(algorithm);
  const bytes = format === "jwk" ? jwkBytes(data) : requireRaw(format, data);
  if (bytes.length === 0) throw new DOMException("Zero-length key is not supported", "DataError");
  return makeKey({ hash, bytes, extractable: Boolean(extractable), usages: toUsages(usages) });
}

async function generateKey(
  algorithm: unknown,
  extractable: unknown,
  usages: Iterable<unknown>,
): Promise<CryptoKey> {
  const hash = hmacHash(algorithm);
  const { length } = algorithm as { length?: unknown };
  const bits = length === undefined ? (digests[hash]?.bits ?? 512) : Number(length);
  if (!(bits > 0 && bits <= 65_536 * 8)) throw new DOMException("Invalid key length", "OperationError");
  const bytes = new Uint8Array(host.randomBytes(Math.ceil(bits / 8)));
  return makeKey({ hash, bytes, extractable: Boolean(extractable), usages: toUsages(usages) });
}

async function exportKey(format: unknown, key: unknown): Promise<ArrayBuffer | object> {
  const { bytes, extractable, hash, usages } = readKey(key);
  if (!extractable) throw new DOMException("key is not extractable", "InvalidAccessError");
  if (format === "raw") return copyBytes(bytes).buffer;
  if (format !== "jwk") throw unsupported(`Unable to export HMAC key using ${String(format)} format`);
  const text = [...bytes].map((byte) => String.fromCharCode(byte)).join("");
  const k = host.encodeBase64(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return { key_ops: [...usages], ext: true, kty: "oct", k, alg: `HS${hash.slice(4)}` };
}

async function sign(algorithm: unknown, key: unknown, data: unknown): Promise<ArrayBuffer> {
  return hmacOf(algorithm, readKey(key), "sign", data);
}

async function verify(algorithm: unknown, key: unknown, signature: unknown, data: unknown): Promise<boolean> {
  const expected = new Uint8Array(hmacOf(algorithm, readKey(key), "verify", data));
  const given = requireBytes(signature);
  let difference = expected.length ^ given.length;
  for (let index = 0; index < expected.length; index += 1) {
    difference |= (expected[index] as number) ^ (given[index] ?? 0);
  }
  return difference === 0;
}

function hmacOf(algorithm: unknown, key: KeyFacts, usage: string, data: unknown): ArrayBuffer {
  if (algorithmName(algorithm) !== "HMAC") throw unsupported("Unrecognized algorithm name");
  if (!key.usages.includes(usage)) {
    throw new DOMException(`Unable to use this key to ${usage}`, "InvalidAccessError");
  }
  return host.hmac(key.hash, copyBytes(key.bytes).buffer, requireBytes(data).buffer);
}

function makeKey(facts: KeyFacts): CryptoKey {
  if (facts.usages.length === 0) {
    throw new DOMException("Usages cannot be empty when importing a secret key.", "SyntaxError");
  }
  return new CryptoKey(construction, facts);
}

function toUsages(usages: Iterable<unknown>): string[] {
  return [...usages].map((usage) => {
    const name = toDomString(usage);
    if (name === "sign" || name === "verify") return name;
    throw new DOMException(`Unsupported key usage for an HMAC key: ${name}`, "SyntaxError");
  });
}

function requireRaw(format: unknown, data: unknown): Uint8Array<ArrayBuffer> {
  if (format === "raw" || format === "raw-secret") return requireBytes(data);
  throw unsupported(`Unable to import HMAC key using ${String(format)} format`);
}

function jwkBytes(data: unknown): Uint8Array<ArrayBuffer> {
  const { kty, k } = (data ?? {}) as { kty?: unknown; k?: unknown };
  if (kty !== "oct" || typeof k !== "string") throw new DOMException("Invalid keyData", "DataError");
  const text = host.decodeBase64(k.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function requireBytes(data: unknown): Uint8Array<ArrayBuffer> {
  if (isBufferSource(data)) return copyBytes(viewBytes(data));
  throw new TypeError("Failed to execute on 'SubtleCrypto': the data is not of type BufferSource.");
}

function hmacHash(algorithm: unknown): string {
  if (algorithmName(algorithm) !== "HMAC") throw unsupported("Unrecognized algorithm name");
  return digestName((algorithm as { hash?: unknown }).hash);
}

function digestName(algorithm: unknown): string {
  const name = algorithmName(algorithm);
  if (digests[name] === undefined) throw unsupported("Unrecognized algorithm name");
  return name;
}

function algorithmName(algorithm: unknown): string {
  const name =
    typeof algorithm === "object" && algorithm !== null ? (algorithm as { name?: unknown }).name : algorithm;
  return toDomString(name).toUpperCase();
}

function unsupported(message: string): DOMException {
  return new DOMException(message, "NotSupportedError");
}
