import { createCipheriv, createHash, createHmac } from "node:crypto";
import type { HostFunctionError, HostFunctions, UrlParts } from "../guest/host-functions.ts";

/** What the host functions reach in the sandbox process around them. */
export interface HostConnections {
  /** See `HostFunctions.post`. */
  post: HostFunctions["post"];
  /** See `HostFunctions.loadValidator`. */
  loadValidator: HostFunctions["loadValidator"];
}

/** The host functions of one sandbox. */
export interface HostFunctionSet {
  /**
   * The one function the guest gets, see `guest/host-functions.ts`: only strings, numbers, booleans, null and
   * ArrayBuffers go in and out; it never throws.
   */
  call: (name: unknown, ...args: unknown[]) => string | ArrayBuffer | undefined;
  /** Sets the beginning of all chance, before the hook begins. `seed`: 32 bytes as hex. */
  setSeed(seed: string): void;
  /** Keeps a response body until the guest takes it, if ever. */
  keepBody(seq: number, body: Uint8Array): void;
}

const maxRandomBytes = 65_536;
const urlParts = [
  "href",
  "origin",
  "protocol",
  "username",
  "password",
  "host",
  "hostname",
  "port",
  "pathname",
  "search",
  "hash",
] as const satisfies (keyof UrlParts)[];
type SettablePart = Exclude<keyof UrlParts, "origin">;
const nodeDigests: Record<string, string | undefined> = {
  "SHA-1": "sha1",
  "SHA-256": "sha256",
  "SHA-384": "sha384",
  "SHA-512": "sha512",
};

/** Makes the host functions of one sandbox, over Node's own URL, encoders and hashes. */
export function createHostFunctions(connections: HostConnections): HostFunctionSet {
  const bodies = new Map<number, Uint8Array>();
  let chance: ((count: number) => ArrayBuffer) | null = null;
  const functions: HostFunctions = {
    ...connections,
    ...pureFunctions,
    takeBody: (seq, kind) => {
      const body = bodies.get(seq);
      if (body === undefined) throw new TypeError(`the body of call ${seq} was already taken`);
      bodies.delete(seq);
      return kind === "text" ? new TextDecoder().decode(body) : toArrayBuffer(body);
    },
    randomBytes: (count) => {
      if (chance === null) throw new Error("there is no chance before the hook begins");
      return chance(count);
    },
  };
  return {
    call: createDispatcher(functions),
    setSeed: (seed) => {
      chance = createChance(seed);
    },
    keepBody: (seq, body) => void bodies.set(seq, body),
  };
}

const pureFunctions: Omit<HostFunctions, "post" | "loadValidator" | "takeBody" | "randomBytes"> = {
  parseUrl: (url, base) => partsOf(base === "" ? new URL(url) : new URL(url, base)),
  changeUrl: (href, part, value) => {
    const url = new URL(href);
    if (part !== "origin" && (urlParts as readonly string[]).includes(part))
      url[part as SettablePart] = value;
    return partsOf(url);
  },
  encodingName: (label) => new TextDecoder(label).encoding,
  decodeText: (label, fatal, ignoreBOM, bytes) => new TextDecoder(label, { fatal, ignoreBOM }).decode(bytes),
  encodeText: (text) => toArrayBuffer(Buffer.from(text, "utf8")),
  decodeBase64: (text) => atob(text),
  encodeBase64: (text) => btoa(text),
  digest: (algorithm, bytes) =>
    toArrayBuffer(createHash(digestName(algorithm)).update(new Uint8Array(bytes)).digest()),
  hmac: (algorithm, key, bytes) =>
    toArrayBuffer(
      createHmac(digestName(algorithm), new Uint8Array(key)).update(new Uint8Array(bytes)).digest(),
    ),
};

function createDispatcher(functions: HostFunctions): HostFunctionSet["call"] {
  const table = new Map<unknown, unknown>(Object.entries(functions));
  return (name, ...args) => {
    try {
      const target = table.get(name) as ((...given: unknown[]) => unknown) | undefined;
      if (target === undefined) throw new TypeError(`no host function ${String(name)}`);
      const result = target(...args);
      if (typeof result === "string") return `=${result}`;
      return result instanceof ArrayBuffer ? result : undefined;
    } catch (error) {
      return `!${JSON.stringify(describe(error))}`;
    }
  };
}

/**
 * Bytes from a seed, the same for the same seed: the key stream of AES-256 in counter mode (NIST SP 800-38A) from
 * counter zero.
 * @param seed 32 bytes as hex
 */
function createChance(seed: string): (count: number) => ArrayBuffer {
  const cipher = createCipheriv("aes-256-ctr", Buffer.from(seed, "hex"), Buffer.alloc(16));
  return (count) => {
    if (!Number.isInteger(count) || count < 0 || count > maxRandomBytes) {
      throw new RangeError(`randomBytes: ${count} is not between 0 and ${maxRandomBytes}`);
    }
    return toArrayBuffer(cipher.update(Buffer.alloc(count)));
  };
}

function partsOf(url: URL): string {
  const parts: Partial<UrlParts> = {};
  for (const part of urlParts) parts[part] = url[part];
  return JSON.stringify(parts);
}

function digestName(algorithm: string): string {
  const name = nodeDigests[algorithm];
  if (name === undefined) throw new DOMException("Unrecognized algorithm name", "NotSupportedError");
  return name;
}

/** A buffer of its own: small Buffers share a pool with bytes that are not the guest's. */
function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(copy).set(bytes);
  return copy;
}

/** Name, message and code only: no stack, no path of this machine. */
function describe(error: unknown): HostFunctionError {
  if (!(error instanceof Error)) return { name: "Error", message: "the host function failed", code: "" };
  const { code } = error as { code?: unknown };
  return { name: error.name, message: error.message, code: typeof code === "string" ? code : "" };
}
