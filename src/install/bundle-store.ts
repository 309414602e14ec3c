import { createHash } from "node:crypto";
import type { Bundle } from "../compile/bundle.ts";
import type { DocumentStore } from "../datastore/datastore.ts";
import { TackleboxError } from "../errors.ts";
import { getJson, putJson, putJsonIfAbsent } from "./stored-json.ts";

/**
 * The compiled hook a task began with, by SHA-256; null when its retention has ended. Throws `BUNDLE_CHANGED` when
 * other code is kept under that name: a journal is only ever gone on with by the code that wrote it.
 */
export async function getBundle(documents: DocumentStore, sha256: string): Promise<Bundle | null> {
  const bundle = await getJson<Bundle>(documents, "bundles", sha256);
  return bundle === null ? null : requireUnchanged(bundle, sha256);
}

/** Keeps a bundle; the same bundle twice is kept once. */
export async function putBundle(documents: DocumentStore, bundle: Bundle): Promise<void> {
  await putJsonIfAbsent(documents, "bundles", bundle.sha256, bundle);
}

/** Keeps a bundle in place of whatever is kept under its name. */
export async function replaceBundle(documents: DocumentStore, bundle: Bundle): Promise<void> {
  await putJson(documents, "bundles", bundle.sha256, bundle);
}

/** The bundle, when its code is the one that `sha256` names. Throws `BUNDLE_CHANGED`. */
export function requireUnchanged(bundle: Bundle, sha256: string): Bundle {
  const found = createHash("sha256").update(bundle.code).digest("hex");
  if (found === sha256) return bundle;
  throw new TackleboxError(
    "BUNDLE_CHANGED",
    `bundle ${shortHash(sha256)}: code with hash ${shortHash(found)} was found under that name, expected the code ` +
      "the attempt began with; restore it, or retry the hook fresh.",
  );
}

const shortHash = (sha256: string): string => sha256.slice(0, 12);
