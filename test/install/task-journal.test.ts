import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Bundle } from "../../src/compile/bundle.ts";
import { createMemoryStores } from "../../src/datastore/memory-stores.ts";
import { getBundle, putBundle, replaceBundle } from "../../src/install/bundle-store.ts";
import { getJson, putJson, putJsonIfAbsent } from "../../src/install/stored-json.ts";
import { openTaskJournal, readHookState, readJournal } from "../../src/install/task-journal.ts";
import type { JournalEntry } from "../../src/journal/entry.ts";
import { attemptStarted, shown, task } from "../task/hook-task-fold.ts";

const note = (message: string): JournalEntry => shown({ type: "log", level: "info", message });

describe("a task's journal", () => {
  it("gives back what was written, and goes on where it ended", async () => {
    const { journals } = createMemoryStores();
    const first = await openTaskJournal(journals, "task", () => {});
    await first.append([note("a"), note("b")]);
    const second = await openTaskJournal(journals, "task", () => {});
    expect(second.entries).toEqual([note("a"), note("b")]);
    await second.append([note("c")]);
    expect(await readJournal(journals, "task")).toEqual([note("a"), note("b"), note("c")]);
  });

  it("tells what was added once it is kept, in order, also when nobody waited in between", async () => {
    const { journals } = createMemoryStores();
    const told: string[] = [];
    const journal = await openTaskJournal(journals, "task", async (added) => {
      told.push(JSON.stringify(added));
    });
    await Promise.all([
      journal.append([note("a")]),
      journal.append([note("b"), note("c")]),
      journal.append([]),
    ]);
    expect(told).toEqual([JSON.stringify([note("a")]), JSON.stringify([note("b"), note("c")])]);
    expect(journal.entries).toHaveLength(3);
  });

  it("lets the later opener write, and fences the earlier one", async () => {
    const { journals } = createMemoryStores();
    const told: unknown[] = [];
    const old = await openTaskJournal(journals, "task", (added) => told.push(added));
    const fresh = await openTaskJournal(journals, "task", () => {});
    await fresh.append([note("mine")]);
    await expect(old.append([note("late")])).rejects.toMatchObject({ code: "JOURNAL_FENCED" });
    await expect(old.append([note("later")])).rejects.toMatchObject({ code: "JOURNAL_FENCED" });
    expect(told).toEqual([]);
    expect(old.entries).toEqual([]);
    expect(await readJournal(journals, "task")).toEqual([note("mine")]);
  });

  it("can be written again after a write that failed for a passing reason", async () => {
    const { journals } = createMemoryStores();
    let failures = 1;
    const flaky: typeof journals = {
      ...journals,
      append: async (...args) => {
        failures -= 1;
        if (failures >= 0) throw new Error("connection lost");
        await journals.append(...args);
      },
    };
    const journal = await openTaskJournal(flaky, "task", () => {});
    await expect(journal.append([note("a")])).rejects.toThrow("connection lost");
    await journal.append([note("b")]);
    expect(await readJournal(journals, "task")).toEqual([note("b")]);
  });

  it.each([
    ["not JSON", "{"],
    ["no object", "7"],
    ["null", "null"],
    ["a list", "[]"],
    ["without a type", "{}"],
  ])("is refused when an entry is %s, naming task and entry", async (_what, text) => {
    const { journals } = createMemoryStores();
    const encoder = new TextEncoder();
    await journals.append("task", 0, [encoder.encode(JSON.stringify(note("a"))), encoder.encode(text)]);
    await expect(readJournal(journals, "task")).rejects.toMatchObject({
      code: "JOURNAL_CORRUPT",
      message: expect.stringContaining("Journal of task task: entry 1 is not readable"),
    });
  });

  it("folds to the state of its hook task", async () => {
    const { journals } = createMemoryStores();
    expect(await readHookState({ journals }, "task")).toMatchObject({ status: "PENDING" });
    const journal = await openTaskJournal(journals, "task", () => {});
    await journal.append([attemptStarted(), task({ type: "cancelled" })]);
    expect(await readHookState({ journals }, "task")).toMatchObject({ status: "CANCELLED", attempt: 1 });
  });
});

describe("stored values", () => {
  it("come back as they were put", async () => {
    const { documents } = createMemoryStores();
    expect(await getJson(documents, "things", "a")).toBeNull();
    await putJson(documents, "things", "a", { text: "ä 🧰", list: [1, null] });
    expect(await getJson(documents, "things", "a")).toEqual({ text: "ä 🧰", list: [1, null] });
    await putJson(documents, "things", "a", { other: true });
    expect(await getJson(documents, "things", "a")).toEqual({ other: true });
  });

  it("are put only where nothing is, when asked so", async () => {
    const { documents } = createMemoryStores();
    expect(await putJsonIfAbsent(documents, "things", "a", { first: 1 })).toBe(true);
    expect(await putJsonIfAbsent(documents, "things", "a", { second: 2 })).toBe(false);
    expect(await getJson(documents, "things", "a")).toEqual({ first: 1 });
  });

  it("hold bundles by their sum; the same one twice is one", async () => {
    const { documents } = createMemoryStores();
    const bundle = bundleOf("({})");
    expect(await getBundle(documents, bundle.sha256)).toBeNull();
    await putBundle(documents, bundle, "tsk_1");
    await putBundle(documents, bundle, "tsk_1");
    expect(await getBundle(documents, bundle.sha256)).toEqual(bundle);
  });

  it("refuse a bundle whose code is not the one its sum names, until it is put anew", async () => {
    const { documents } = createMemoryStores();
    const bundle = bundleOf("({})");
    await putJson(documents, "bundles", bundle.sha256, { ...bundle, code: "({ run() {} })" });
    await expect(getBundle(documents, bundle.sha256)).rejects.toMatchObject({ code: "BUNDLE_CHANGED" });
    await replaceBundle(documents, bundle, "tsk_1");
    expect(await getBundle(documents, bundle.sha256)).toEqual(bundle);
  });
});

function bundleOf(code: string): Bundle {
  return {
    format: 1,
    sha256: createHash("sha256").update(code).digest("hex"),
    sourceSha256: "def",
    code,
    sourceMap: "{}",
    exports: ["run"],
    sources: [],
    inline: null,
  };
}
