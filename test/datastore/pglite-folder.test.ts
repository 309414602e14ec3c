import { randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { errorText } from "../../src/errors.ts";
import { openDatastore, type OpenDatastoreOptions } from "../../src/datastore/open-datastore.ts";
import { startProgram, type ChildProgram } from "../support/child-program.ts";
import { testDatastoreOptions } from "../support/test-datastores.ts";
import { failureOf, read, text, texts } from "./contract.ts";

/** Making a database takes seconds of processor time; a busy machine stretches them. */
const slow = { timeout: 240_000 };

const program = join(import.meta.dirname, "hold-datastore.ts");

let home: string;
let folder: string;
let url: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "tacklebox-folder-"));
  folder = join(home, "box");
  url = `pglite:${folder}`;
});
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.kill9()));
  await rm(home, { recursive: true, force: true });
});

const children: ChildProgram[] = [];

/** A process that holds a datastore open, until the test ends at the latest. */
function holder(at: string = url, options: OpenDatastoreOptions = testDatastoreOptions): ChildProgram {
  const child = startProgram(program, [at, JSON.stringify(options)]);
  children.push(child);
  return child;
}

describe("the database in a datastore folder", () => {
  it("does not grow by what is written over, nor its log by what is written", slow, async () => {
    const store = await openDatastore(url, testDatastoreOptions);
    const before = await sizeOf(folder);
    for (let round = 0; round < 1000; round += 1) {
      await store.documents.put("views", `view-${round % 5}`, randomBytes(40_000));
    }
    const grown = (await sizeOf(folder)) - before;
    await store.close();
    // 40 MB were written, twice: to the log and to the table.
    expect(grown).toBeLessThan(60_000_000);
  });
});

async function sizeOf(path: string): Promise<number> {
  const files = await readdir(path, { recursive: true, withFileTypes: true });
  const sizes = files
    .filter((file) => file.isFile())
    // The database removes some while they are looked at.
    .map((file) =>
      stat(join(file.parentPath, file.name)).then(
        ({ size }) => size,
        () => 0,
      ),
    );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

describe("lock of a datastore folder", () => {
  it("refuses a second opener in the same process, and lets one in after closing", async () => {
    const first = await openDatastore(url, testDatastoreOptions);
    const failure = await failureOf(openDatastore(url, testDatastoreOptions));
    await first.close();
    expect(failure).toMatchObject({ code: "DATASTORE_LOCKED" });
    expect(errorText(failure)).toContain(`process ${process.pid} (this very process)`);
    const next = await openDatastore(url, testDatastoreOptions);
    await next.close();
    await next.close();
    expect(await readdir(folder)).not.toContain("holder.json");
  });

  it("refuses while another process has it, naming that process and what to do", async () => {
    const child = holder();
    expect(await child.nextLine()).toBe("open");
    const failure = await failureOf(openDatastore(url, testDatastoreOptions));
    expect(failure).toMatchObject({ code: "DATASTORE_LOCKED" });
    expect(errorText(failure)).toMatch(
      new RegExp(
        `^datastore folder .*: process ${child.pid}, since .* has it open, but .*; stop that one, or choose`,
      ),
    );
  });

  it("opens after a holder that was killed, with every acknowledged entry", async () => {
    for (let round = 1; round <= 3; round += 1) {
      const child = holder();
      expect(await child.nextLine()).toBe("open");
      let acknowledged = 0;
      while (acknowledged < round * 25) acknowledged = Number(await child.nextLine());
      await child.kill9();
      const store = await openDatastore(url, testDatastoreOptions);
      const entries = await read(store, "held");
      await store.close();
      expect(entries.length).toBeGreaterThanOrEqual(acknowledged);
      expect(entries).toEqual(entries.map((_, index) => `entry ${index}`));
    }
  });

  it("lets exactly one of several that start at once in, on a fresh folder and on a killed one's", async () => {
    for (const _round of ["fresh", "left by a killed one"]) {
      const starters = [holder(), holder(), holder()];
      const lines = await Promise.all(starters.map((child) => child.nextLine()));
      expect(lines.filter((line) => line === "open")).toHaveLength(1);
      expect(lines.filter((line) => line?.startsWith("DATASTORE_LOCKED "))).toHaveLength(2);
      await Promise.all(starters.map((child) => child.kill9()));
    }
  });

  it("still refuses when nothing tells who the holder is", async () => {
    const child = holder();
    expect(await child.nextLine()).toBe("open");
    await writeFile(join(folder, "holder.json"), "not json");
    const failure = await failureOf(openDatastore(url, testDatastoreOptions));
    expect(errorText(failure)).toContain("another process has it open");
  });
});

describe("empty database ready-made", () => {
  it(
    "is made once, also by processes that start at the same time, and copied from then on",
    slow,
    async () => {
      const options = { ...testDatastoreOptions, cacheDir: join(home, "cache") };
      const told: string[] = [];
      const onProgress = (line: string): number => told.push(line);
      const other = holder(`pglite:${join(home, "other")}`, options);
      const store = await openDatastore(url, { ...options, onProgress });
      await store.journals.append("task", 0, texts("entry"));
      expect(await read(store, "task")).toEqual(["entry"]);
      await store.close();
      expect(await other.nextLine()).toBe("open");
      expect(await readdir(options.cacheDir)).toEqual([
        expect.stringMatching(/^pglite-[\d.]+-bullmq-\d+-tacklebox-\d+$/),
      ]);
      expect(told).toEqual(["Making an empty database (once; a few seconds) ..."]);
      const next = await openDatastore(`pglite:${join(home, "next")}`, { ...options, onProgress });
      await next.close();
      expect(told).toHaveLength(1);
    },
  );

  it("is made in place, saying so, where the cache cannot be written", slow, async () => {
    await writeFile(join(home, "cache"), "a file, no folder");
    const told: string[] = [];
    const options = { ...testDatastoreOptions, cacheDir: join(home, "cache") };
    const store = await openDatastore(url, { ...options, onProgress: (line) => told.push(line) });
    await store.close();
    expect(told).toEqual(["Making an empty database (once; a few seconds) ..."]);
    expect(await readdir(folder)).toContain("pgdata");
  });

  it("leaves nothing half-made: a copy that was cut short is made anew", async () => {
    await mkdir(join(folder, "building-abc"), { recursive: true });
    await writeFile(join(folder, "building-abc", "PG_VERSION"), "");
    const store = await openDatastore(url, testDatastoreOptions);
    await store.close();
    expect(await readdir(folder)).not.toContain("building-abc");
  });
});

describe("folder that cannot hold a datastore", () => {
  const refusal = async (): Promise<string> => {
    const failure = await failureOf(openDatastore(url, testDatastoreOptions));
    expect(failure).toMatchObject({ code: "DATASTORE_FOLDER" });
    expect(process.exitCode).toBeUndefined();
    return errorText(failure);
  };

  it("is refused when it is a file", async () => {
    await writeFile(folder, "");
    expect(await refusal()).toMatch(
      /^datastore folder .*box: it cannot be made or read .*; change its permissions/,
    );
  });

  it("is refused as another user's, not as damaged, when its database may not be read", async () => {
    await mkdir(join(folder, "pgdata"), { recursive: true });
    expect(await refusal()).toMatch(/its database does not open \(pgdata\/PG_VERSION cannot be read\)/);
    await chmod(home, 0o755);
    await chmod(join(folder, "pgdata"), 0);
    // Root may read everything.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      expect(await refusal()).toMatch(
        /pgdata may not be read by this user \(EACCES.*; change its permissions/,
      );
    } finally {
      if (isRoot) process.seteuid?.(0);
      await chmod(join(folder, "pgdata"), 0o755);
    }
  });

  it("is refused when it holds something else, which stays untouched", async () => {
    await mkdir(folder);
    await writeFile(join(folder, "thesis.txt"), "do not lose me");
    expect(await refusal()).toContain('it holds other files ("thesis.txt") and no datastore');
    expect(await readdir(folder)).toEqual(["thesis.txt"]);
  });

  it("is refused when no file can be made in it", async () => {
    await mkdir(join(folder, "lock"), { recursive: true });
    expect(await refusal()).toContain("no file can be made in it");
  });

  it("is refused when its database has lost its version or its control file", async () => {
    const store = await openDatastore(url, testDatastoreOptions);
    await store.close();
    const version = join(folder, "pgdata", "PG_VERSION");
    const saved = await readFile(version);
    await rm(version);
    expect(await refusal()).toContain("its database does not open (pgdata/PG_VERSION cannot be read)");
    await writeFile(version, saved);
    await writeFile(join(folder, "pgdata", "global", "pg_control"), "");
    expect(await refusal()).toContain("its database does not open");
  });

  it("is refused when a later tacklebox or BullMQ has changed its tables", async () => {
    const store = await openDatastore(url, testDatastoreOptions);
    await store.close();
    await inDatabase("insert into tacklebox.migration (version, name) values (9999, 'from the future')");
    const failure = await failureOf(openDatastore(url, testDatastoreOptions));
    expect(failure).toMatchObject({ code: "DATASTORE_NEWER" });
    expect(errorText(failure)).toMatch(
      /schema "tacklebox" has version 9999, expected version \d+ or older; a later/,
    );
    await inDatabase("delete from tacklebox.migration where version = 9999");
    await inDatabase("update bullmq.migration set min_client_version = 99");
    expect(await failureOf(openDatastore(url, testDatastoreOptions))).toMatchObject({
      code: "DATASTORE_NEWER",
    });
  });
});

describe("what lies on the disk", () => {
  it("shows no entry, no document and no key to others", async () => {
    const secret = "tk-4711-very-secret";
    const store = await openDatastore(url, { cacheDir: testDatastoreOptions.cacheDir });
    await store.journals.append("task", 0, [text(`token=${secret}`)]);
    await store.documents.put("answers", "task", text(secret));
    await store.close();
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    const found: string[] = [];
    for (const file of files.filter((entry) => entry.isFile())) {
      const path = join(file.parentPath, file.name);
      if ((await readFile(path)).includes(secret)) found.push(path);
    }
    expect(files.length).toBeGreaterThan(100);
    expect(found).toEqual([]);
    expect((await stat(join(folder, "tacklebox.key"))).mode & 0o777).toBe(0o600);
  });
});

async function inDatabase(sql: string): Promise<void> {
  const db = await PGlite.create(join(folder, "pgdata"));
  await db.exec(sql);
  await db.close();
}
