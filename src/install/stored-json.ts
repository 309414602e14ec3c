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
