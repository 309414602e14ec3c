import { randomBytes } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Datastore } from "../../src/datastore/datastore.ts";
import { openDatastore } from "../../src/datastore/open-datastore.ts";
import { opens, resealAll } from "../../src/datastore/reseal.ts";
import { keyIdOf, seal, unsealWith } from "../../src/datastore/sealing.ts";
import type { UnsealedDatastore } from "../../src/datastore/stored-values.ts";
import { testDatastores } from "../support/test-datastores.ts";
import { failureOf, read, text, texts } from "./contract.ts";

const key = (): string => randomBytes(32).toString("base64");

describe("several keys", () => {
  it("open what any of them has sealed, also when two share their byte", () => {
    const one = randomBytes(32);
    let twin = randomBytes(32);
    while (keyIdOf(twin) !== keyIdOf(one)) twin = randomBytes(32);
    const place = ["document", "a", "b"];
    for (const ring of [[one, twin] as const, [twin, one] as const]) {
      for (const by of [one, twin])
        expect(Buffer.from(unsealWith(ring, place, seal(by, place, text("x")))).toString()).toBe("x");
      const changed = seal(one, place, text("x"));
      changed[20] = (changed[20] ?? 0) ^ 1;
      expect(() => unsealWith(ring, place, changed)).toThrow(
        expect.objectContaining({ code: "JOURNAL_CORRUPT" }),
      );
    }
    expect(opens(twin, place, seal(one, place, text("x")))).toBe(false);
  });
});

for (const { kind, available, create } of testDatastores) {
  describe.skipIf(!available)(`a change of keys on ${kind}`, () => {
    const keys = { old: key(), fresh: key() };

    const place = async () => {
      const { url, remove } = await create();
      const open: { store: Datastore | null } = { store: null };
      const close = async (): Promise<void> => {
        await open.store?.close();
        open.store = null;
      };
      onTestFinished(async () => {
        await close();
        await remove();
      });
      return async (sealer: string, ...previousKeys: string[]): Promise<Datastore> => {
        await close();
        open.store = await openDatastore(url, { key: sealer, previousKeys });
        return open.store;
      };
    };
    const fill = async (store: Datastore): Promise<void> => {
      await store.journals.append("task:1", 0, texts("one", "two"));
      await store.documents.put("answers", "task:1/given", text("secret"));
      await store.documents.put("bundles", "b", text("code"));
    };
    const contentOf = async (store: Datastore) => [
      await read(store, "task:1"),
      await store.documents.get("answers", "task:1/given"),
      await store.documents.get("bundles", "b"),
    ];

    it("reads what the old key sealed, seals with the new one, and needs the old one no more once all is sealed anew", async () => {
      const open = await place();
      await fill(await open(keys.old));
      const both = await open(keys.fresh, keys.old);
      const before = await contentOf(both);
      await both.journals.append("task:1", 2, texts("three"));
      for (const alone of [keys.fresh, keys.old])
        expect(await failureOf(open(alone))).toMatchObject({ code: "DATASTORE_KEY" });

      const again = await open(keys.fresh, keys.old);
      expect(await again.reseal()).toEqual({ resealed: 4, damaged: [] });
      expect(await again.reseal()).toEqual({ resealed: 0, damaged: [] });
      const alone = await open(keys.fresh);
      expect(await contentOf(alone)).toEqual([["one", "two", "three"], ...before.slice(1)]);
      expect(await failureOf(open(keys.old))).toMatchObject({ code: "DATASTORE_KEY" });
    });

    it("can be changed back, and a worker that only reads with the new key already goes on", async () => {
      const open = await place();
      await fill(await open(keys.old, keys.fresh));
      await (await open(keys.fresh, keys.old)).documents.put("bundles", "b", text("newer"));
      const store = await open(keys.old, keys.fresh);
      expect(await store.documents.get("bundles", "b")).toEqual(text("newer"));
      await store.reseal();
      expect(await (await open(keys.old)).documents.get("bundles", "b")).toEqual(text("newer"));
    });
  });
}

/** Journals and documents in memory, with what sealing anew needs. */
function createPlain() {
  const documents = new Map<string, Uint8Array>();
  const journals = new Map<string, Uint8Array[]>();
  const plain = {
    documents: {
      get: async (_collection: string, name: string) => documents.get(name) ?? null,
      list: async (_collection: string, { before }: { before?: string }) =>
        before === undefined ? [...documents.keys()] : [],
    },
    journals: { read: async (taskId: string) => [...(journals.get(taskId) ?? [])] },
    values: {
      journals: async function* () {
        yield* journals.keys();
      },
      collections: async () => ["c"],
      replaceDocument: async (
        { key: name }: { key: string },
        change: { before: Uint8Array; after: Uint8Array },
      ) => {
        if (documents.get(name) === change.before) documents.set(name, change.after);
      },
      replaceEntry: async (
        { taskId, index }: { taskId: string; index: number },
        change: { before: Uint8Array; after: Uint8Array },
      ) => {
        const list = journals.get(taskId) ?? [];
        if (list[index] === change.before) list[index] = change.after;
      },
    },
  };
  return { documents, journals, plain: plain as unknown as UnsealedDatastore, parts: plain };
}

describe("sealing anew", () => {
  const [old, fresh] = [randomBytes(32), randomBytes(32)];
  const ring = [fresh, old] as const;
  const fill = ({ documents, journals }: ReturnType<typeof createPlain>): void => {
    for (const name of ["a", "b", "c"]) documents.set(name, seal(old, ["document", "c", name], text(name)));
    journals.set(
      "t",
      [0, 1].map((index) => seal(old, ["journal", "t", String(index)], text(`e${index}`))),
    );
  };

  it("is gone on with after a kill at any write", async () => {
    for (let atWrite = 1; atWrite <= 5; atWrite += 1) {
      const store = createPlain();
      fill(store);
      let writes = 0;
      const { replaceDocument, replaceEntry } = store.parts.values;
      const dying = {
        ...store.parts,
        values: {
          ...store.parts.values,
          replaceDocument: async (...given: Parameters<typeof replaceDocument>) => {
            writes += 1;
            if (writes === atWrite) throw new Error("killed");
            await replaceDocument(...given);
          },
          replaceEntry: async (...given: Parameters<typeof replaceEntry>) => {
            writes += 1;
            if (writes === atWrite) throw new Error("killed");
            await replaceEntry(...given);
          },
        },
      } as unknown as UnsealedDatastore;
      await expect(resealAll(dying, ring)).rejects.toThrow("killed");
      for (const [name, sealed] of store.documents)
        expect(Buffer.from(unsealWith(ring, ["document", "c", name], sealed)).toString()).toBe(name);
      expect(await resealAll(store.plain, ring)).toEqual({ resealed: 6 - atWrite, damaged: [] });
      for (const [name, sealed] of store.documents)
        expect(opens(fresh, ["document", "c", name], sealed)).toBe(true);
      expect(
        store.journals
          .get("t")
          ?.every((sealed, index) => opens(fresh, ["journal", "t", String(index)], sealed)),
      ).toBe(true);
    }
  });

  it("does not write over what a worker has changed meanwhile, and seals what it has written with the old key", async () => {
    const store = createPlain();
    fill(store);
    const { get } = store.parts.documents;
    let isChanged = false;
    store.parts.documents.get = async (collection, name) => {
      const found = await get(collection, name);
      if (!isChanged && name === "b") {
        isChanged = true;
        store.documents.set("b", seal(old, ["document", "c", "b"], text("newer")));
      }
      return found;
    };
    await resealAll(store.plain, ring);
    const kept = store.documents.get("b") ?? new Uint8Array();
    expect(Buffer.from(unsealWith([fresh], ["document", "c", "b"], kept)).toString()).toBe("newer");
  });

  it("leaves what was changed or moved as it is and names it", async () => {
    const store = createPlain();
    fill(store);
    const moved = store.documents.get("a") ?? new Uint8Array();
    store.documents.set("b", moved);
    expect(await resealAll(store.plain, ring)).toEqual({ resealed: 4, damaged: ["document/c/b"] });
    expect(store.documents.get("b")).toBe(moved);
  });
});
