import { describe, expect, it } from "vitest";
import { journalFormat, type EffectOutcome, type JournalEntry } from "../../src/journal/entry.ts";
import { createReplay, entriesOfLastAttempt, isLogNote, isRequest } from "../../src/journal/replay.ts";

const started = (seq: number, name = "fetch", argsHash = `hash-${seq}`): JournalEntry => ({
  type: "effect-started",
  seq,
  name,
  argsHash,
  at: seq * 10,
});
const completed = (seq: number, at = seq * 100, name = "fetch"): JournalEntry => ({
  type: "effect-completed",
  seq,
  name,
  argsHash: `hash-${seq}`,
  at,
  outcome: resultOf(seq),
});
const resultOf = (seq: number): EffectOutcome => ({ ok: true, value: `result ${seq}` });
const call = (seq: number, name = "fetch", argsHash = `hash-${seq}`) => ({ seq, name, argsHash });
const attempt = (number: number): JournalEntry => ({
  type: "attempt-started",
  format: journalFormat,
  attempt: number,
  at: 1,
  now: 1,
  seed: "00",
  bundleSha256: "b",
  context: { resourceType: "app", resourceId: "a", event: "onAfterInstall", baseUrl: "", inputs: {} },
});
const note: JournalEntry = { type: "task", at: 1, event: { type: "cancel-requested" } };

describe("a call met on replay", () => {
  const replay = createReplay([started(1), completed(1), started(2), completed(3), note]);

  it("is completed when its completion is kept, with or without a start", () => {
    expect(replay.match(call(1))).toEqual({ kind: "completed", completed: completed(1) });
    expect(replay.match(call(3))).toEqual({ kind: "completed", completed: completed(3) });
  });

  it("is unfinished when only its start is kept, and tells when that was", () => {
    expect(replay.match(call(2))).toEqual({ kind: "unfinished", started: started(2), paused: null });
  });

  it("is unfinished after pauses too, and tells what the latest was", () => {
    const pause = (state: number): JournalEntry => ({ type: "effect-paused", seq: 1, at: 5, ms: 9, state });
    const paused = createReplay([started(1), pause(1), pause(2)]);
    expect(paused.match(call(1))).toMatchObject({ kind: "unfinished", paused: { ms: 9, state: 2 } });
  });

  it("is new when nothing is known of it", () => {
    expect(replay.match(call(4))).toEqual({ kind: "new" });
    expect(createReplay([]).match(call(1))).toEqual({ kind: "new" });
  });

  it("is a mismatch when the name or the arguments are others, completed or not", () => {
    expect(replay.match(call(1, "sleep"))).toEqual({ kind: "mismatch", recorded: { name: "fetch" } });
    expect(replay.match(call(1, "fetch", "other"))).toEqual({
      kind: "mismatch",
      recorded: { name: "fetch" },
    });
    expect(replay.match(call(2, "fetch", "other"))).toEqual({
      kind: "mismatch",
      recorded: { name: "fetch" },
    });
  });
});

describe("recorded completions", () => {
  it("come in recorded order, not in the order of calls, each once", () => {
    const replay = createReplay([
      started(1),
      started(2),
      started(3),
      completed(2),
      completed(3),
      completed(1),
    ]);
    for (const seq of [1, 2, 3]) replay.match(call(seq));
    const delivered = [1, 2, 3].map(() => replay.nextCompletion()?.seq);
    expect(delivered).toEqual([2, 3, 1]);
    expect(replay.nextCompletion()).toBeNull();
    expect(replay.blockedOn()).toBeNull();
  });

  it("carry their time and outcome", () => {
    const replay = createReplay([completed(1, 77)]);
    replay.match(call(1));
    expect(replay.nextCompletion()).toEqual({ seq: 1, at: 77, outcome: resultOf(1) });
  });

  it("wait for their call, and hold back those after them", () => {
    const replay = createReplay([completed(2), completed(1)]);
    replay.match(call(1));
    expect(replay.nextCompletion()).toBeNull();
    expect(replay.blockedOn()).toBe(2);
    replay.match(call(2));
    expect(replay.nextCompletion()?.seq).toBe(2);
    expect(replay.nextCompletion()?.seq).toBe(1);
  });

  it("of calls to which nobody listens have their place in the order too", () => {
    const replay = createReplay([completed(1, 1, "log"), completed(2)]);
    replay.match(call(2));
    expect(replay.nextCompletion()).toBeNull();
    replay.match(call(1, "log"));
    expect([replay.nextCompletion()?.seq, replay.nextCompletion()?.seq]).toEqual([1, 2]);
  });
});

describe("entries of the last attempt", () => {
  it("begin with its start and leave out those before", () => {
    const entries = [attempt(1), completed(1), note, attempt(2), started(1)];
    expect(entriesOfLastAttempt(entries)).toEqual([attempt(2), started(1)]);
  });

  it("are none when no attempt has begun", () => {
    expect(entriesOfLastAttempt([note])).toEqual([]);
    expect(entriesOfLastAttempt([])).toEqual([]);
  });
});

describe("a host line about the hook", () => {
  const line = (message: string): JournalEntry => ({
    type: "task",
    at: 1,
    event: { type: "log", level: "warn", message },
  });

  it("is told by its text, so that it is written once", () => {
    expect(isLogNote(line("careful"), "careful")).toBe(true);
    expect(isLogNote(line("careful"), "other")).toBe(false);
  });

  it("is not what the hook itself logged, nor any other entry", () => {
    const own: JournalEntry = {
      type: "effect-completed",
      seq: 1,
      name: "log",
      argsHash: "hash",
      at: 1,
      outcome: resultOf(1),
      event: { type: "log", level: "warn", message: "careful" },
    };
    expect(isLogNote(own, "careful")).toBe(false);
    expect(isLogNote(note, "careful")).toBe(false);
    expect(isLogNote(attempt(1), "careful")).toBe(false);
  });
});

describe("entries that tell of requests", () => {
  it("are those of the wire, refused ones too, and no others", () => {
    const request = { type: "request", method: "GET", url: "http://a/", status: 200, refused: null } as const;
    expect(isRequest({ type: "task", at: 1, event: request })).toBe(true);
    expect(isRequest({ type: "task", at: 1, event: { type: "cancel-requested" } })).toBe(false);
    expect(isRequest({ type: "effect-paused", seq: 1, at: 1, ms: 5, state: null })).toBe(false);
  });
});

describe("completions to come", () => {
  it("are shown ahead without being taken", () => {
    const done = (seq: number): JournalEntry => ({
      type: "effect-completed",
      seq,
      name: "sleep",
      argsHash: "h",
      at: seq,
      outcome: { ok: true, value: null },
    });
    const replay = createReplay([done(1), done(2), done(3)]);
    expect(replay.ahead(2).map(({ seq }) => seq)).toEqual([1, 2]);
    expect(replay.blockedOn()).toBe(1);
  });
});
