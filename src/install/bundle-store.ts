import type { Bundle } from "../compile/bundle.ts";
import type { DocumentStore } from "../datastore/datastore.ts";
import { getJson, putJsonIfAbsent } from "./stored-json.ts";

/** The compiled hook a task began with, by SHA-256; null when its retention has ended. */
export async function getBundle(documents: DocumentStore, sha256: string): Promise<Bundle | null> {
  return await getJson<Bundle>(documents, "bundles", sha256);
}

/** Keeps a bundle; the same bundle twice is kept once. */
export async function putBundle(documents: DocumentStore, bundle: Bundle): Promise<void> {
  await putJsonIfAbsent(documents, "bundles", bundle.sha256, bundle);
}
