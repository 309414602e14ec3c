import { randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { errorText } from "../../src/errors.ts";
import { parseKey } from "../../src/datastore/datastore-key.ts";
import { openDatastore } from "../../src/datastore/open-datastore.ts";
import { keyIdOf, seal, unseal } from "../../src/datastore/sealing.ts";
import { testDatastoreOptions } from "../support/test-datastores.ts";
import { failureOf, read, text, texts } from "./contract.ts";

const key = randomBytes(32);
const place = ["journal", "task", "0"];

describe("sealed value", () => {
  it("opens with its key at its place to what was sealed", () => {
    for (const value of [text(""), text("token"), randomBytes(1_000_000)]) {
      expect(Buffer.compare(unseal(key, place, seal(key, place, value)), value)).toBe(0);
    }
  });

  it("differs each time and never shows its content", () => {
    const [one, two] = [seal(key, place, text("token")), seal(key, place, text("token"))];
    expect(one).not.toEqual(two);
    expect(Buffer.from(one).includes("token")).toBe(false);
  });

  it("does not open when any of its bytes was changed", () => {
    const sealed = seal(key, place, text("token"));
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Uint8Array.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      // The first byte names the key.
      expect(() => unseal(key, place, changed)).toThrow(
        expect.objectContaining({ code: index === 0 ? "DATASTORE_KEY" : "JOURNAL_CORRUPT" }),
      );
    }
  });

  it("does not open when bytes are missing or added", () => {
    const sealed = seal(key, place, text("token"));
    for (const changed of [
      sealed.subarray(0, -1),
      Buffer.concat([sealed, text("x")]),
      new Uint8Array(),
      sealed.subarray(0, 20),
    ]) {
      expect(() => unseal(key, place, changed)).toThrow(expect.objectContaining({ code: "JOURNAL_CORRUPT" }));
    }
  });

  it.each([
    ["another index", ["journal", "task", "1"]],
    ["another task", ["journal", "other", "0"]],
    ["a document", ["document", "task", "0"]],
    ["a place whose parts are cut differently", ["journal", "task,0"]],
  ])("does not open when it was moved to %s", (_, other) => {
    const sealed = seal(key, place, text("token"));
    expect(() => unseal(key, other, sealed)).toThrow("was changed or moved since it was written");
  });

  it("is refused as another key's, not as damage, when the key is wrong", () => {
    let other = randomBytes(32);
    while (keyIdOf(other) === keyIdOf(key)) other = randomBytes(32);
    expect(() => unseal(other, place, seal(key, place, text("token")))).toThrow(
      expect.objectContaining({ code: "DATASTORE_KEY" }),
    );
  });
});

describe("key", () => {
  it("is read from hex and from base64, with or without padding and line end", () => {
    const forms = [
      key.toString("hex"),
      key.toString("base64"),
      key.toString("base64url"),
      `${key.toString("base64")}\n`,
    ];
    for (const form of forms) expect(Buffer.compare(parseKey(form, "key"), key)).toBe(0);
  });

  it.each(["", "short", "x".repeat(64), key.toString("hex").slice(1), `${key.toString("base64")}AA`])(
    "is refused as %j, without being shown",
    (form) => {
      const failure = failureSync(() => parseKey(form, "key file /etc/tacklebox/key"));
      expect(failure).toMatchObject({ code: "DATASTORE_KEY" });
      expect(errorText(failure)).toMatch(
        /^key file \/etc\/tacklebox\/key: \d+ characters that are no key, expected 32 bytes/,
      );
      if (form !== "") expect(errorText(failure)).not.toContain(form);
    },
  );
});

describe("key of a datastore", () => {
  let home: string;
  let url: string;
  const { cacheDir } = testDatastoreOptions;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "tacklebox-key-"));
    url = `pglite:${join(home, "box")}`;
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  it("is made on first use and used again", async () => {
    const keyFile = join(home, "keys", "key");
    const first = await openDatastore(url, { cacheDir, keyFile });
    await first.journals.append("task", 0, texts("entry"));
    await first.close();
    const made = (await readFile(keyFile, "utf8")).trim();
    const again = await openDatastore(url, { cacheDir, key: made });
    expect(await read(again, "task")).toEqual(["entry"]);
    await again.close();
    expect(await readdir(join(home, "keys"))).toEqual(["key"]);
  });

  it("is refused when it is another one, and the data stays as it was", async () => {
    const first = await openDatastore(url, testDatastoreOptions);
    await first.journals.append("task", 0, texts("entry"));
    await first.close();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const failure = await failureOf(openDatastore(url, { cacheDir, key: randomBytes(32).toString("hex") }));
      expect(failure).toMatchObject({ code: "DATASTORE_KEY" });
      expect(errorText(failure)).toContain("the key given is not the one its data is sealed with");
    }
    const again = await openDatastore(url, testDatastoreOptions);
    expect(await read(again, "task")).toEqual(["entry"]);
    await again.close();
  });

  it("is asked for when its file is gone, and no new one is made in its place", async () => {
    await (await openDatastore(url, { cacheDir })).close();
    await rm(join(home, "box", "tacklebox.key"));
    const failure = await failureOf(openDatastore(url, { cacheDir }));
    expect(failure).toMatchObject({ code: "DATASTORE_KEY" });
    expect(errorText(failure)).toMatch(
      /key file .*tacklebox\.key is missing, but the data is sealed; put the key file back/,
    );
    expect(await readdir(join(home, "box"))).not.toContain("tacklebox.key");
  });

  it("is refused when its file holds something else or cannot be read", async () => {
    const keyFile = join(home, "key");
    await writeFile(keyFile, "hello");
    const failure = await failureOf(openDatastore(url, { cacheDir, keyFile }));
    expect(errorText(failure)).toContain(`key file ${keyFile}: 5 characters that are no key`);
    await rm(keyFile);
    await mkdir(keyFile);
    expect(errorText(await failureOf(openDatastore(url, { cacheDir, keyFile })))).toContain(
      "cannot be read or made",
    );
    const below = join(home, "box", "pgdata", "PG_VERSION", "key");
    expect(errorText(await failureOf(openDatastore(url, { cacheDir, keyFile: below })))).toContain(
      "cannot be read or made",
    );
    const store = await openDatastore(url, testDatastoreOptions);
    await store.close();
  });

  it("is warned of when others on the machine can read its file", async () => {
    const keyFile = join(home, "key");
    await writeFile(keyFile, key.toString("hex"));
    await chmod(keyFile, 0o644);
    const store = await openDatastore(url, { cacheDir, keyFile });
    await store.close();
    expect(store.warnings).toEqual([
      expect.stringMatching(/^Key file .* can be read by other users .*; chmod 600 it\.$/),
    ]);
  });
});

function failureSync(work: () => unknown): unknown {
  try {
    work();
    return null;
  } catch (error) {
    return error;
  }
}
