import { describe, expect, it } from "vitest";
import { readWhenNew, type NewsWait } from "../../src/api/read-when-new.ts";
import type { TaskChange } from "../../src/feed/change-log.ts";
import type { TaskSummary } from "../../src/feed/task-summary.ts";
import { createManualClock } from "../support/manual-clock.ts";

const known = "known";

/** A long poll of operation "op" whose state a test sets, told of changes as the feed tells them. */
function createPoll(more: Partial<NewsWait> = {}) {
  const clock = createManualClock();
  const followers = new Set<(change: TaskChange) => void>();
  const writeFollowers = new Set<(task: TaskSummary) => void>();
  const follow = <T>(all: Set<T>, one: T): (() => void) => {
    all.add(one);
    return () => void all.delete(one);
  };
  const gone = new AbortController();
  const poll = {
    clock,
    gone,
    state: known,
    reads: 0,
    /** Done while the first read is under way, which does not show it. */
    duringFirstRead: async (): Promise<void> => {},
    change: (id: string, parentId: string | null = null): void => {
      const change = { task: { id, parentId } } as TaskChange;
      for (const tell of followers) tell(change);
    },
    write: (id: string, parentId: string | null = null): void => {
      for (const tell of writeFollowers) tell({ id, parentId } as TaskSummary);
    },
    followers: () => followers.size + writeFollowers.size,
    answer: Promise.resolve(""),
  };
  const feed: NewsWait["feed"] = {
    follow: (onChange) => follow(followers, onChange),
    followWrites: (onWrite) => follow(writeFollowers, onWrite),
  };
  const read = async (): Promise<string> => {
    const { state } = poll;
    poll.reads += 1;
    if (poll.reads === 1) await poll.duringFirstRead();
    return state;
  };
  const begin = (): typeof poll => {
    const wait = { feed, clock, taskId: "op", withLog: false, seconds: 25, signal: gone.signal, ...more };
    poll.answer = readWhenNew(wait, read, (state) => state !== known);
    return poll;
  };
  return { poll, begin };
}

/** Lets everything happen that needs no time. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a long poll", () => {
  it("answers at once when there is something new already", async () => {
    const { poll, begin } = createPoll();
    poll.state = "new";
    expect(await begin().answer).toBe("new");
    expect([poll.reads, poll.followers(), poll.clock.sleepers()]).toEqual([1, 0, 0]);
  });

  it.each([
    ["the task", "op", null],
    ["one of its hooks", "hook", "op"],
  ])("misses no change of %s that comes while it reads", async (_what, id, parentId) => {
    const { poll, begin } = createPoll();
    poll.duringFirstRead = async () => {
      poll.state = "new";
      poll.change(id, parentId);
    };
    expect(await begin().answer).toBe("new");
    expect(poll.reads).toBe(2);
  });

  it("waits on through what shows nothing new, and does not read for other tasks", async () => {
    const { poll, begin } = createPoll();
    begin();
    await settle();
    poll.change("other", "another");
    await settle();
    expect(poll.reads).toBe(1);
    poll.change("op");
    await settle();
    expect(poll.reads).toBe(2);
    poll.state = "new";
    poll.change("op");
    expect(await poll.answer).toBe("new");
  });

  it.each([
    [true, 2],
    [false, 1],
  ])("with the log: %s, reads %i times when a line was written", async (withLog, reads) => {
    const { poll, begin } = createPoll({ withLog });
    begin();
    await settle();
    poll.write("hook", "op");
    await settle();
    expect(poll.reads).toBe(reads);
    poll.state = "new";
    poll.change("op");
    expect(await poll.answer).toBe("new");
  });

  it("looks once more when the time is up", async () => {
    const { poll, begin } = createPoll();
    begin();
    await settle();
    poll.state = "new";
    poll.clock.advance(24_999);
    await settle();
    expect(poll.reads).toBe(1);
    poll.clock.advance(1);
    expect(await poll.answer).toBe("new");
    expect(poll.followers()).toBe(0);
  });

  it("looks once more also when the time is up while it reads", async () => {
    const { poll, begin } = createPoll();
    poll.duringFirstRead = async () => {
      poll.state = "new";
      poll.clock.advance(25_000);
      await settle();
    };
    expect(await begin().answer).toBe("new");
  });

  it("ends when nobody waits any more, without another read", async () => {
    const { poll, begin } = createPoll();
    begin();
    await settle();
    poll.gone.abort();
    await poll.answer;
    expect([poll.reads, poll.followers(), poll.clock.sleepers()]).toEqual([1, 0, 0]);
  });

  it("fails with what a read fails with, and follows no longer", async () => {
    const { poll, begin } = createPoll();
    poll.duringFirstRead = async () => {
      throw new Error("gone");
    };
    await expect(begin().answer).rejects.toThrow("gone");
    expect([poll.followers(), poll.clock.sleepers()]).toEqual([0, 0]);
  });
});
