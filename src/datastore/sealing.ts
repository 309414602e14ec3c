import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { TackleboxError } from "../errors.ts";
import type { Datastore, DocumentStore, JournalStore } from "./datastore.ts";
import type { UnsealedDatastore } from "./stored-values.ts";

/**
 * What the datastore keeps is sealed with AES-256-GCM.
 * 1. A sealed value is: key id (1 byte), nonce (12 random bytes), ciphertext, tag (16 bytes).
 * 2. Its place (task and index, or collection and key) is authenticated with it, so that a value moved to another
 *    place does not open.
 * 3. Random nonces bound one key to 2^32 values (NIST SP 800-38D, 8.3).
 */
const algorithm = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;
const headBytes = 1 + nonceBytes;

/** Bytes in a key. */
export const keyBytes = 32;

/** The first key seals; all of them open. */
export type KeyRing = readonly [Uint8Array, ...Uint8Array[]];

/**
 * One byte that tells keys apart, so that a wrong key is not mistaken for damage. Two keys may share it: then both are
 * tried.
 */
export function keyIdOf(key: Uint8Array): number {
  return createHash("sha256").update("tacklebox key id").update(key).digest().readUInt8(0);
}

/** Encrypts `value` for `place`. Sealing twice gives different bytes. */
export function seal(key: Uint8Array, place: readonly string[], value: Uint8Array): Uint8Array {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(JSON.stringify(place)));
  return Buffer.concat([
    Buffer.of(keyIdOf(key)),
    nonce,
    cipher.update(value),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
}

/** The inverse of `seal`. Throws `DATASTORE_KEY` for another key, `JOURNAL_CORRUPT` for changed or moved bytes. */
export function unseal(key: Uint8Array, place: readonly string[], sealed: Uint8Array): Uint8Array {
  const where = `datastore entry ${place.join("/")}`;
  if (sealed.length < headBytes + tagBytes) {
    throw corrupt(where, `has ${sealed.length} bytes, fewer than any sealed value`);
  }
  if (sealed[0] !== keyIdOf(key)) {
    throw new TackleboxError(
      "DATASTORE_KEY",
      `${where}: sealed with another key, expected the key this tacklebox was given; give the key the data was ` +
        "written with.",
    );
  }
  const tagStart = sealed.length - tagBytes;
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(1, headBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(Buffer.from(JSON.stringify(place)));
  decipher.setAuthTag(sealed.subarray(tagStart));
  try {
    const opened = Buffer.concat([decipher.update(sealed.subarray(headBytes, tagStart)), decipher.final()]);
    return new Uint8Array(opened.buffer, opened.byteOffset, opened.byteLength);
  } catch {
    throw corrupt(where, "was changed or moved since it was written");
  }
}

/** The same with whichever key of the ring has sealed it. */
export function unsealWith(ring: KeyRing, place: readonly string[], sealed: Uint8Array): Uint8Array {
  const fitting = ring.filter((key) => keyIdOf(key) === sealed[0]);
  const last = fitting.pop() ?? ring[0];
  for (const key of fitting) {
    try {
      return unseal(key, place, sealed);
    } catch {
      // Perhaps another one has the same byte.
    }
  }
  return unseal(last, place, sealed);
}

function corrupt(where: string, found: string): TackleboxError {
  return new TackleboxError(
    "JOURNAL_CORRUPT",
    `${where}: it ${found}, expected it as tacklebox wrote it; restore the datastore, or retry the task afresh.`,
  );
}

/** The same datastore, with everything sealed on the way in and opened on the way out. */
export function wrapSealed(
  { values: _values, ...datastore }: UnsealedDatastore,
  ring: KeyRing,
): Omit<Datastore, "reseal"> {
  return {
    ...datastore,
    journals: sealJournals(datastore.journals, ring),
    documents: sealDocuments(datastore.documents, ring),
  };
}

function sealJournals(journals: JournalStore, ring: KeyRing): JournalStore {
  const [key] = ring;
  const place = (taskId: string, index: number): string[] => ["journal", taskId, String(index)];
  return {
    append: (taskId, expectedIndex, entries) => {
      const sealed = entries.map((entry, offset) => seal(key, place(taskId, expectedIndex + offset), entry));
      return journals.append(taskId, expectedIndex, sealed);
    },
    read: async (taskId, fromIndex = 0) => {
      const sealed = await journals.read(taskId, fromIndex);
      return sealed.map((entry, offset) => unsealWith(ring, place(taskId, fromIndex + offset), entry));
    },
    remove: (taskId) => journals.remove(taskId),
  };
}

function sealDocuments(documents: DocumentStore, ring: KeyRing): DocumentStore {
  const [key] = ring;
  const place = (collection: string, name: string): string[] => ["document", collection, name];
  return {
    get: async (collection, name) => {
      const sealed = await documents.get(collection, name);
      return sealed === null ? null : unsealWith(ring, place(collection, name), sealed);
    },
    put: (collection, name, value) =>
      documents.put(collection, name, seal(key, place(collection, name), value)),
    putIfAbsent: (collection, name, value) =>
      documents.putIfAbsent(collection, name, seal(key, place(collection, name), value)),
    remove: (collection, name) => documents.remove(collection, name),
    list: (collection, page) => documents.list(collection, page),
  };
}
