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
  const bundle =
    (await getJson<Bundle>(documents, "bundles", sha256)) ??
    (await getJson<Bundle>(documents, setAside, sha256));
  return bundle === null ? null : requireUnchanged(bundle, sha256);
}

/** Keeps a bundle for an operation; the same bundle twice is kept once. */
export async function putBundle(
  documents: DocumentStore,
  bundle: Bundle,
  operationId: string,
): Promise<void> {
  await noteUse(documents, bundle.sha256, operationId);
  await putJsonIfAbsent(documents, "bundles", bundle.sha256, bundle);
}

/** Keeps a bundle for an operation in place of whatever is kept under its name. */
export async function replaceBundle(
  documents: DocumentStore,
  bundle: Bundle,
  operationId: string,
): Promise<void> {
  await noteUse(documents, bundle.sha256, operationId);
  await putJson(documents, "bundles", bundle.sha256, bundle);
}

/** Who uses a bundle is written down before the bundle is looked for: see `releaseBundle`. */
async function noteUse(documents: DocumentStore, sha256: string, operationId: string): Promise<void> {
  await putJson(documents, "bundle-uses", `${sha256}/${operationId}`, {});
}

/** Where a bundle is while it is found out whether it may go. */
const setAside = "bundles-set-aside";

/**
 * An operation needs this bundle no longer; it is removed unless another one uses it. One that begins to use it just now
 * may have found it there: so it is set aside first, and put back when somebody uses it after all. Safe to repeat.
 */
export async function releaseBundle(
  documents: DocumentStore,
  sha256: string,
  operationId: string,
): Promise<void> {
  await documents.remove("bundle-uses", `${sha256}/${operationId}`);
  if (!(await isUsed(documents, sha256))) {
    const bundle = await documents.get("bundles", sha256);
    if (bundle !== null) await documents.put(setAside, sha256, bundle);
    await documents.remove("bundles", sha256);
  }
  if (await isUsed(documents, sha256)) {
    const bundle = await documents.get(setAside, sha256);
    if (bundle !== null) await documents.putIfAbsent("bundles", sha256, bundle);
  }
  await documents.remove(setAside, sha256);
}

async function isUsed(documents: DocumentStore, sha256: string): Promise<boolean> {
  const [latest] = await documents.list("bundle-uses", { before: `${sha256}0`, limit: 1 });
  return latest?.startsWith(`${sha256}/`) === true;
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
