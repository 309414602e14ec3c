import { constants } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { LATEST_SCHEMA_VERSION } from "bullmq";
import { createPglitePool } from "./pglite-pool.ts";
import { migrate, sqlSchemaVersion } from "./sql-migrations.ts";

const buildPrefix = "building-";
const abandonedAfterMs = 3_600_000;

export interface TemplateOptions {
  /** Folder that keeps ready-made data folders between starts. */
  cacheDir: string;
  onProgress: (text: string) => void;
}

/**
 * Puts a migrated data folder at `target`, which must not exist yet. Making one takes seconds, copying one tenths of
 * a second; so the first is kept in the cache. A half-made folder never shows under its final name, neither in
 * the cache nor at the target, whenever the process dies.
 */
export async function createDataFolder(target: string, options: TemplateOptions): Promise<void> {
  const template = await provideTemplate(options);
  const parent = dirname(target);
  await removeAbandoned(parent, 0);
  const copy = await mkdtemp(join(parent, buildPrefix));
  if (template === null) await buildDataFolder(copy, options);
  else await copyFolder(template, copy);
  await rename(copy, target);
}

/** The cached data folder, made when it is missing; null when the cache cannot be written. */
async function provideTemplate(options: TemplateOptions): Promise<string | null> {
  const template = join(options.cacheDir, await templateName());
  if (await exists(join(template, "PG_VERSION"))) return template;
  let building: string;
  try {
    await mkdir(options.cacheDir, { recursive: true });
    await removeAbandoned(options.cacheDir, abandonedAfterMs);
    building = await mkdtemp(join(options.cacheDir, buildPrefix));
  } catch {
    return null;
  }
  try {
    await buildDataFolder(building, options);
    await rename(building, template);
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    // Somebody else was faster: theirs is as good.
    if (!(await exists(join(template, "PG_VERSION")))) throw error;
  }
  return template;
}

async function buildDataFolder(folder: string, options: TemplateOptions): Promise<void> {
  options.onProgress("Making an empty database (once; a few seconds) ...");
  const db = await PGlite.create(folder);
  try {
    const client = await createPglitePool(db).connect();
    await migrate(client, `pglite:${folder}`);
  } finally {
    await db.close();
  }
}

async function copyFolder(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE });
}

async function templateName(): Promise<string> {
  const packageJson = new URL("../package.json", import.meta.resolve("@electric-sql/pglite"));
  const { version } = JSON.parse(await readFile(packageJson, "utf8")) as { version: string };
  return `pglite-${version}-bullmq-${LATEST_SCHEMA_VERSION}-tacklebox-${sqlSchemaVersion}`;
}

async function removeAbandoned(folder: string, olderThanMs: number): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(buildPrefix)) continue;
    const path = join(folder, name);
    const mtimeMs = await stat(path).then(
      (found) => found.mtimeMs,
      () => Number.POSITIVE_INFINITY,
    );
    if (Date.now() - mtimeMs >= olderThanMs) await rm(path, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
