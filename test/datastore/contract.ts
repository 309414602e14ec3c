import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorCodeOf } from "../../src/errors.ts";
import type { Datastore } from "../../src/datastore/datastore.ts";
import { openDatastore } from "../../src/datastore/open-datastore.ts";
import { testDatastoreOptions, type TestDatastore } from "../support/test-datastores.ts";

export interface ContractSubject {
  kind: string;
  available: boolean;
  create: () => Promise<TestDatastore>;
}

/** What every datastore must do, whatever it is made of. */
export function describeStoreContract({ kind, available, create }: ContractSubject): void {
  describe.skipIf(!available)(`stores on ${kind}`, () => {
    let place: TestDatastore;
    let store: Datastore;
    /** A second writer: another connection where the datastore allows one, else a concurrent caller. */
    let rival: Datastore;

    beforeAll(async () => {
      place = await create();
      store = await openDatastore(place.url, testDatastoreOptions);
      rival = kind === "pglite" ? store : await openDatastore(place.url, testDatastoreOptions);
    });

    afterAll(async () => {
      if (rival !== store) await rival?.close();
      await store?.close();
      await place?.remove();
    });

    describeJournal(() => ({ store, rival }));
    describeDocuments(() => ({ store, rival }));
    describeListing(() => ({ store, rival }));

    it("keeps what was written when it is closed and opened again", async () => {
      await store.journals.append("kept", 0, texts("one", "two"));
      await store.documents.put("kept", "name", text("value"));
      if (rival !== store) await rival.close();
      await store.close();
      store = await openDatastore(place.url, testDatastoreOptions);
      rival = kind === "pglite" ? store : await openDatastore(place.url, testDatastoreOptions);
      expect(await read(store, "kept")).toEqual(["one", "two"]);
      expect(await store.documents.get("kept", "name")).toEqual(text("value"));
    });
  });
}

/** The part of a datastore that this contract is about. */
type StorePair = Pick<Datastore, "journals" | "documents">;
type Stores = () => { store: StorePair; rival: StorePair };

export function describeJournal(stores: Stores): void {
  it("gives entries back in the order they were added, from any index on", async () => {
    const { store } = stores();
    await store.journals.append("ordered", 0, texts("a", "b", "c"));
    await store.journals.append("ordered", 3, texts("d"));
    expect(await read(store, "ordered")).toEqual(["a", "b", "c", "d"]);
    expect(await read(store, "ordered", 2)).toEqual(["c", "d"]);
    expect(await read(store, "ordered", 4)).toEqual([]);
    expect(await read(store, "never written")).toEqual([]);
  });

  it("refuses an append whose index is taken or too far ahead, and adds none of it", async () => {
    const { store } = stores();
    await store.journals.append("fenced", 0, texts("a", "b"));
    for (const index of [0, 1, 3]) {
      const failure = await failureOf(store.journals.append("fenced", index, texts("x", "y", "z")));
      expect(failure).toMatchObject({ code: "JOURNAL_FENCED" });
    }
    expect(await read(store, "fenced")).toEqual(["a", "b"]);
  });

  it("lets exactly one of several writers at the same index through, wholly", async () => {
    const { store, rival } = stores();
    for (let round = 0; round < 20; round += 1) {
      const taskId = `race-${round}`;
      const batches = [
        texts("a1", "a2", "a3"),
        texts("b1"),
        texts("c1", "c2"),
        texts("d1", "d2", "d3", "d4"),
      ];
      const outcomes = await Promise.all(
        batches.map((batch, index) =>
          failureOf((index % 2 === 0 ? store : rival).journals.append(taskId, 0, batch)),
        ),
      );
      const winners = batches.filter((_, index) => outcomes[index] === null);
      expect(winners).toHaveLength(1);
      expect(outcomes.filter((failure) => errorCodeOf(failure) === "JOURNAL_FENCED")).toHaveLength(3);
      expect(await rival.journals.read(taskId)).toEqual(winners[0]);
    }
  });

  it("keeps entries of a mebibyte, byte for byte", async () => {
    const { store } = stores();
    const entries = [1, 2, 3].map(() => Uint8Array.from(randomBytes(1024 * 1024)));
    await store.journals.append("big", 0, entries);
    const kept = await store.journals.read("big");
    expect(kept.map((entry, index) => Buffer.compare(entry, entries[index] ?? new Uint8Array()))).toEqual([
      0, 0, 0,
    ]);
  });

  it("adds thousands of entries at once, empty ones too", async () => {
    const { store } = stores();
    const many = Array.from({ length: 3500 }, (_, index) => text(index % 7 === 0 ? "" : `entry ${index}`));
    await store.journals.append("many", 0, many);
    expect(await store.journals.read("many")).toEqual(many);
    await store.journals.append("many", 3500, []);
    expect(await store.journals.read("many", 3499)).toHaveLength(1);
  });

  it("forgets one task's journal and no other", async () => {
    const { store } = stores();
    await store.journals.append("gone", 0, texts("a"));
    await store.journals.append("gone:too", 0, texts("b"));
    await store.journals.remove("gone");
    expect(await read(store, "gone")).toEqual([]);
    expect(await read(store, "gone:too")).toEqual(["b"]);
    await store.journals.append("gone", 0, texts("anew"));
    expect(await read(store, "gone")).toEqual(["anew"]);
  });
}

export function describeDocuments(stores: Stores): void {
  it("keeps the last value put under a name", async () => {
    const { documents } = stores().store;
    expect(await documents.get("answers", "task")).toBeNull();
    await documents.put("answers", "task", text("first"));
    await documents.put("answers", "task", text("second"));
    expect(await documents.get("answers", "task")).toEqual(text("second"));
    await documents.remove("answers", "task");
    expect(await documents.get("answers", "task")).toBeNull();
    await documents.remove("answers", "task");
  });

  it("has nothing under a name that nothing was put under, whatever is in it", async () => {
    const { store } = stores();
    for (const name of ["", "\0", "a\0b", "\ud800", "'; select 1; --", "x".repeat(10_000)]) {
      expect(await store.documents.get("odd-names", name)).toBeNull();
      expect(await store.journals.read(name)).toEqual([]);
    }
  });

  it("does not mix names up across collections", async () => {
    const { documents } = stores().store;
    await documents.put("a", "b:c", text("one"));
    await documents.put("a:b", "c", text("two"));
    await documents.put("a", "ü/…'\"\n", text("three"));
    expect(await documents.get("a", "b:c")).toEqual(text("one"));
    expect(await documents.get("a:b", "c")).toEqual(text("two"));
    expect(await documents.get("a", "ü/…'\"\n")).toEqual(text("three"));
    expect(await documents.get("b", "c")).toBeNull();
  });

  it("lets exactly one of several that put the same new name win", async () => {
    const { store, rival } = stores();
    for (let round = 0; round < 20; round += 1) {
      const values = ["a", "b", "c", "d"];
      const wins = await Promise.all(
        values.map((value, index) =>
          (index % 2 === 0 ? store : rival).documents.putIfAbsent("race", `${round}`, text(value)),
        ),
      );
      expect(wins.filter(Boolean)).toHaveLength(1);
      expect(await store.documents.get("race", `${round}`)).toEqual(text(values[wins.indexOf(true)] ?? ""));
    }
  });
}

export function describeListing(stores: Stores): void {
  it("lists the keys of a collection from the last on, page by page, in the order of their bytes", async () => {
    const { store, rival } = stores();
    const keys = ["tsk_0b", "tsk_0a", "tsk_0B", "tsk_0a/x", "tsk_0ä", "tsk_0\u{ff5e}", "tsk_0\u{1f40b}"];
    for (const key of keys) await store.documents.put("listed", key, text("value"));
    await store.documents.put("listed:too", "tsk_0a", text("another collection"));
    const sorted = ["\u{1f40b}", "\u{ff5e}", "ä", "b", "a/x", "a", "B"].map((end) => `tsk_0${end}`);
    expect(await rival.documents.list("listed", { limit: 100 })).toEqual(sorted);
    const pages: string[] = [];
    for (let before: string | undefined; ;) {
      const page = await rival.documents.list(
        "listed",
        before === undefined ? { limit: 3 } : { before, limit: 3 },
      );
      pages.push(...page);
      before = page.at(-1);
      if (before === undefined) break;
    }
    expect(pages).toEqual(sorted);
    expect(await store.documents.list("listed", { before: "tsk_0a0", limit: 1 })).toEqual(["tsk_0a/x"]);
    expect(await store.documents.list("never written", { limit: 1 })).toEqual([]);
  });

  it("lists what is kept, once, and not what was removed", async () => {
    const { documents } = stores().store;
    await documents.putIfAbsent("changing", "a", text("one"));
    await documents.putIfAbsent("changing", "a", text("two"));
    await documents.put("changing", "b", text("three"));
    await documents.put("changing", "b", text("four"));
    await documents.put("changing", "c", text("five"));
    await documents.remove("changing", "c");
    await documents.remove("changing", "never there");
    expect(await documents.list("changing", { limit: 10 })).toEqual(["b", "a"]);
  });
}

/** Bytes of a text. */
export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

export function texts(...values: string[]): Uint8Array[] {
  return values.map(text);
}

/** A journal as texts. */
export async function read(store: StorePair, taskId: string, fromIndex?: number): Promise<string[]> {
  const entries = await store.journals.read(taskId, fromIndex);
  return entries.map((entry) => new TextDecoder().decode(entry));
}

/** What a promise was rejected with; null when it was not. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => null,
    (error: unknown) => error,
  );
}
