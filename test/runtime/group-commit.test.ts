import { setImmediate } from "node:timers/promises";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { JournalEntry } from "../../src/journal/entry.ts";
import { createGroupCommit, type GroupCommit } from "../../src/runtime/group-commit.ts";

const entry = (seq: number): JournalEntry => ({
  type: "effect-started",
  seq,
  name: "e",
  argsHash: "h",
  at: seq,
});

interface Writes {
  commit: GroupCommit;
  /** Sequence numbers of each write, in order. */
  batches: number[][];
  /** What happened, in order. */
  events: string[];
  errors: unknown[];
  /** Ends the write that is under way. */
  finish(failure?: Error): Promise<void>;
  add(...seqs: number[]): void;
}

/** A commit on a journal whose writes end when the test says so. */
function open(): Writes {
  const batches: number[][] = [];
  const events: string[] = [];
  const errors: unknown[] = [];
  let current = Promise.withResolvers<void>();
  let begun = Promise.withResolvers<void>();
  const commit = createGroupCommit(
    {
      append: async (entries) => {
        batches.push(entries.map((one) => (one.type === "effect-started" ? one.seq : -1)));
        events.push(`write ${batches.length}`);
        begun.resolve();
        await current.promise;
        events.push(`written ${batches.length}`);
      },
    },
    {
      onError: (error) => errors.push(error),
      onStalled: (isStalled) => events.push(isStalled ? "stalled" : "goes on"),
    },
  );
  return {
    commit,
    batches,
    events,
    errors,
    add: (...seqs) => {
      for (const seq of seqs) commit.add(entry(seq), () => events.push(`kept ${seq}`));
    },
    finish: async (failure) => {
      await begun.promise;
      const ending = current;
      current = Promise.withResolvers();
      begun = Promise.withResolvers();
      if (failure === undefined) ending.resolve();
      else ending.reject(failure);
      await setImmediate();
    },
  };
}

describe("group commit", () => {
  it("writes what comes in one go together, and calls back in order after it is kept", async () => {
    const { add, finish, commit, batches, events } = open();
    add(1, 2, 3);
    await finish();
    await commit.flushed();
    expect(batches).toEqual([[1, 2, 3]]);
    expect(events).toEqual(["write 1", "written 1", "kept 1", "kept 2", "kept 3"]);
  });

  it("gathers what comes during a write for the next one", async () => {
    const { add, finish, commit, batches, events } = open();
    add(1);
    await Promise.resolve();
    await Promise.resolve();
    add(2);
    add(3);
    expect(events).not.toContain("kept 1");
    await finish();
    await finish();
    await commit.flushed();
    expect(batches).toEqual([[1], [2, 3]]);
    expect(events.filter((one) => one.startsWith("kept"))).toEqual(["kept 1", "kept 2", "kept 3"]);
  });

  it("writes what a callback adds", async () => {
    const { commit, finish, batches } = open();
    commit.add(entry(1), () => commit.add(entry(2), () => {}));
    await finish();
    await finish();
    await commit.flushed();
    expect(batches).toEqual([[1], [2]]);
  });

  it("is flushed only when everything added so far is kept", async () => {
    const { add, finish, commit, events } = open();
    add(1);
    const flushed = commit.flushed().then(() => events.push("flushed"));
    await finish();
    await flushed;
    expect(events.at(-1)).toBe("flushed");
    expect(events).toContain("kept 1");
  });

  it("is flushed at once when there is nothing to write", async () => {
    const { commit, batches } = open();
    await commit.flushed();
    expect(batches).toEqual([]);
  });

  it("says when all that was added so far is kept, after those who added it", async () => {
    const { add, finish, commit, events } = open();
    commit.afterKept(() => events.push("nothing to keep"));
    add(1);
    await Promise.resolve();
    await Promise.resolve();
    add(2);
    commit.afterKept(() => events.push("all kept"));
    commit.afterKept(() => events.push("all kept, the second"));
    await finish();
    expect(events.at(-1)).toBe("write 2");
    await finish();
    expect(events.slice(-3)).toEqual(["kept 2", "all kept", "all kept, the second"]);
    expect(events[0]).toBe("nothing to keep");
  });

  it("tells of a write that takes long, and when it has ended, before those are called back who added to it", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const { add, finish, events } = open();
    add(1);
    await finish();
    expect(vi.getTimerCount()).toBe(0);
    expect(events).not.toContain("stalled");
    add(2);
    await setImmediate();
    vi.advanceTimersByTime(499);
    expect(events).not.toContain("stalled");
    vi.advanceTimersByTime(1);
    await finish();
    expect(events.slice(-5)).toEqual(["write 2", "stalled", "written 2", "goes on", "kept 2"]);
  });

  it("writes nothing more after a write failed, and calls nobody back", async () => {
    const { add, finish, commit, batches, events, errors } = open();
    add(1);
    await Promise.resolve();
    await Promise.resolve();
    add(2);
    const fenced = new Error("another worker has written");
    await finish(fenced);
    add(3);
    commit.afterKept(() => events.push("kept all"));
    await expect(commit.flushed()).rejects.toBe(fenced);
    expect(errors).toEqual([fenced]);
    expect(batches).toEqual([[1]]);
    expect(events.filter((one) => one.startsWith("kept"))).toEqual([]);
  });
});
