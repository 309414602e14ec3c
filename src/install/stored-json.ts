import type { DocumentStore } from "../datastore/datastore.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A document as JSON; null when there is none. The caller names the type it stored. */
export async function getJson<T>(
  documents: DocumentStore,
  collection: string,
  key: string,
): Promise<T | null> {
  const bytes = await documents.get(collection, key);
  return bytes === null ? null : (JSON.parse(decoder.decode(bytes)) as T);
}

export async function putJson(
  documents: DocumentStore,
  collection: string,
  key: string,
  value: object,
): Promise<void> {
  await documents.put(collection, key, encoder.encode(JSON.stringify(value)));
}

/** False, and nothing changed, when the key is taken. */
export async function putJsonIfAbsent(
  documents: DocumentStore,
  collection: string,
  key: string,
  value: object,
): Promise<boolean> {
  return await documents.putIfAbsent(collection, key, encoder.encode(JSON.stringify(value)));
}

const pageSize = 500;

/** Keys of a collection that begin with `prefix`, the last one first, read page by page. */
export async function* listKeys(
  documents: DocumentStore,
  collection: string,
  prefix = "",
): AsyncGenerator<string> {
  let before = prefix === "" ? null : nextAfter(prefix);
  for (;;) {
    const page = await documents.list(
      collection,
      before === null ? { limit: pageSize } : { before, limit: pageSize },
    );
    for (const key of page) {
      if (!key.startsWith(prefix)) return;
      yield key;
    }
    before = page.at(-1) ?? null;
    if (before === null || page.length < pageSize) return;
  }
}

/** The first text that sorts after all that begin with `prefix`, which ends in an ASCII character. */
function nextAfter(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}
