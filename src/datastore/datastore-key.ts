import { createHash, randomBytes } from "node:crypto";
import { link, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { TackleboxError, errorCodeOf, errorText } from "../errors.ts";
import type { Datastore } from "./datastore.ts";
import { earlierKeys, opens, resealAll, type ResealReport } from "./reseal.ts";
import { keyBytes, seal, unsealWith, wrapSealed, type KeyRing } from "./sealing.ts";
import type { UnsealedDatastore } from "./stored-values.ts";

/** Where the key comes from: the value itself, or the file that holds it (made on first use, mode 0600). */
export type KeySource = { key: string } | { keyFile: string };

const { collection, prefix } = earlierKeys;
/** Sealed with the key of whoever opened it last. */
const checkName = "key-check";
const checkText = Buffer.from("sealed by tacklebox");

/**
 * The sealed view of a datastore. A datastore remembers, as sealed documents, with which keys its values may be sealed;
 * who does not have all of them is refused with `DATASTORE_KEY` before anything is read or written.
 */
export async function openSealed(
  datastore: UnsealedDatastore,
  source: KeySource,
  previous: readonly KeySource[] = [],
): Promise<Datastore> {
  const { displayUrl } = datastore;
  const isFresh = (await datastore.documents.get(collection, checkName)) === null;
  const { key, madeFile, warnings } = await resolveKey(source, { mayMake: isFresh, displayUrl });
  const others = await Promise.all(previous.map((one) => resolveKey(one, { mayMake: false, displayUrl })));
  const ring: KeyRing = [key, ...others.map((one) => one.key)];
  const sealed = wrapSealed(datastore, ring);
  if (isFresh) await sealed.documents.putIfAbsent(collection, checkName, checkText);
  try {
    await checkKeys(datastore, ring);
  } catch (error) {
    if (madeFile !== null) await rm(madeFile, { force: true });
    const from = "key" in source ? "the key given" : `the key in ${source.keyFile}`;
    throw new TackleboxError(
      "DATASTORE_KEY",
      `datastore ${displayUrl}: ${from} is not the one its data is sealed with; give that key (all ` +
        "workers of a datastore share one), as a previous one while keys are changed, or use a new datastore.",
      { cause: error },
    );
  }
  return {
    ...sealed,
    warnings: [...sealed.warnings, ...warnings, ...others.flatMap((one) => one.warnings)],
    reseal: () => reseal(datastore, ring),
  };
}

/** Throws when a key is missing; notes when another one seals from now on. */
async function checkKeys({ documents }: UnsealedDatastore, ring: KeyRing): Promise<void> {
  const [key] = ring;
  for (const name of await earlierNames(documents)) {
    const earlier = await documents.get(collection, name);
    if (earlier !== null) unsealWith(ring, placeOf(name), earlier);
  }
  const place = placeOf(checkName);
  const check = (await documents.get(collection, checkName)) ?? new Uint8Array();
  const sealer = ring.find((one) => opens(one, place, check));
  if (sealer === undefined) {
    unsealWith(ring, place, check);
    return;
  }
  if (sealer === key) return;
  // In this order: a kill in between leaves both, and both keys are still asked for.
  const name = `${prefix}${nameOf(sealer)}`;
  await documents.put(collection, name, seal(sealer, placeOf(name), checkText));
  await documents.put(collection, checkName, seal(key, place, checkText));
}

async function reseal(datastore: UnsealedDatastore, ring: KeyRing): Promise<ResealReport> {
  const { documents } = datastore;
  const report = await resealAll(datastore, ring);
  const check = await documents.get(collection, checkName);
  // Somebody seals with another key meanwhile: both are needed on.
  if (check === null || !opens(ring[0], placeOf(checkName), check)) return report;
  for (const name of await earlierNames(documents)) await documents.remove(collection, name);
  return report;
}

async function earlierNames(documents: UnsealedDatastore["documents"]): Promise<string[]> {
  const names = await documents.list(collection, { limit: 100 });
  return names.filter((name) => name.startsWith(prefix));
}

const placeOf = (name: string): string[] => ["document", collection, name];

function nameOf(key: Uint8Array): string {
  return createHash("sha256").update("tacklebox key name").update(key).digest("hex").slice(0, 16);
}

interface ResolveKeyOptions {
  mayMake: boolean;
  displayUrl: string;
}

interface ResolvedKey {
  key: Uint8Array;
  /** The key file, when it was made just now. */
  madeFile: string | null;
  warnings: string[];
}

async function resolveKey(source: KeySource, options: ResolveKeyOptions): Promise<ResolvedKey> {
  if ("key" in source) {
    return { key: parseKey(source.key, "the datastore key given"), madeFile: null, warnings: [] };
  }
  const path = source.keyFile;
  let text = await readKeyFile(path);
  const isMissing = text === null;
  if (text === null) {
    if (!options.mayMake) throw keyFileMissing(path, options.displayUrl);
    text = await makeKeyFile(path);
  }
  const key = parseKey(text, `key file ${path}`);
  return { key, madeFile: isMissing ? path : null, warnings: await findRisks(path) };
}

async function findRisks(path: string): Promise<string[]> {
  const { mode } = await stat(path);
  // Windows has no such bits: Node reports them as set.
  if (process.platform === "win32" || (mode & 0o077) === 0) return [];
  return [
    `Key file ${path} can be read by other users of this machine (mode ${(mode & 0o777).toString(8)}); chmod 600 it.`,
  ];
}

/** Reads a key written as 64 hex digits or as base64 of 32 bytes. */
export function parseKey(text: string, where: string): Uint8Array {
  const trimmed = text.trim();
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, "hex");
  const bytes = /^[0-9A-Za-z+/_-]{43}=?$/.test(trimmed) ? Buffer.from(trimmed, "base64") : Buffer.alloc(0);
  if (bytes.length === keyBytes) return bytes;
  throw new TackleboxError(
    "DATASTORE_KEY",
    `${where}: ${trimmed.length} characters that are no key, expected ${keyBytes} bytes as 64 hex digits or as ` +
      "base64; make one with: openssl rand -base64 32",
  );
}

async function readKeyFile(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw keyFileFault(path, error);
  }
}

/** Makes the file with its content in one step; when two starters race, both use the file of the first. */
async function makeKeyFile(path: string): Promise<string> {
  const draft = `${path}.${process.pid}-${randomBytes(4).toString("hex")}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(draft, `${randomBytes(keyBytes).toString("base64")}\n`, { mode: 0o600, flag: "wx" });
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    return await readFile(path, "utf8");
  } catch (error) {
    throw errorCodeOf(error) === null ? keyFileFault(path, error) : error;
  } finally {
    await rm(draft, { force: true });
  }
}

function keyFileMissing(path: string, displayUrl: string): TackleboxError {
  return new TackleboxError(
    "DATASTORE_KEY",
    `datastore ${displayUrl}: key file ${path} is missing, but the data is sealed; put the key file back, or give ` +
      "the key itself.",
  );
}

function keyFileFault(path: string, cause: unknown): TackleboxError {
  return new TackleboxError(
    "DATASTORE_KEY",
    `key file ${path}: it cannot be read or made (${errorText(cause)}), expected a file this user can read and ` +
      "write; change its permissions, or name another one.",
    { cause },
  );
}
