import { describe, expect, it } from "vitest";
import type { EffectOutcome, JournalEntry } from "../../src/journal/entry.ts";
import { createReplay } from "../../src/journal/replay.ts";
import { decodeBodies, encodeBodies } from "../../src/runtime/held-bodies.ts";
import type { HeldCompletion } from "../../src/runtime/protocol.ts";
import { createRecordedDelivery, type RecordedBatch } from "../../src/runtime/recorded-delivery.ts";

const completed = (
  seq: number,
  { name = "sleep", outcome = { ok: true, value: seq } }: { name?: string; outcome?: EffectOutcome } = {},
): JournalEntry => ({
  type: "effect-completed",
  seq,
  name,
  argsHash: "hash",
  at: seq * 100,
  outcome,
});

function seqOf(completion: HeldCompletion): number {
  if (typeof completion === "number") return completion;
  return Array.isArray(completion) ? completion[0] : completion.seq;
}

/** Delivers the entries; `call` tells the journal's side that the guest has made these calls. */
function deliver(...entries: JournalEntry[]) {
  const replay = createReplay(entries);
  const batches: RecordedBatch[] = [];
  const delivery = createRecordedDelivery(replay, (batch) => void batches.push(batch));
  const call = (...seqs: number[]): void => {
    for (const seq of seqs) replay.match({ seq, name: "sleep", argsHash: "hash" });
  };
  const handed = (): number[][] => batches.map(({ completions }) => completions.map(seqOf));
  return { delivery, batches, handed, call };
}

describe("what the journal knows", () => {
  it("is handed over in recorded order, in one message, before a call is made", () => {
    const { delivery, batches } = deliver(
      completed(2),
      completed(1, { outcome: { ok: false, error: { name: "Error", message: "no", code: "X" } } }),
    );
    expect(delivery.goOn()).toBe(true);
    expect(batches).toEqual([
      {
        completions: [
          { type: "completion", seq: 2, now: 200, ok: true, value: 2, hasBody: false },
          {
            type: "completion",
            seq: 1,
            now: 100,
            ok: false,
            error: { name: "Error", message: "no", code: "X" },
          },
        ],
        bodies: [],
      },
    ]);
  });

  it("has the places of completions nobody waits for, bodies beside it, and little to say of calls without a result", () => {
    const outcome: EffectOutcome = { ok: true, value: { status: 200 }, body: btoa("hello") };
    const { delivery, batches } = deliver(
      completed(1, { name: "log" }),
      completed(2, { name: "fetch", outcome }),
      completed(3, { name: "emitCheckpoint", outcome: { ok: true, value: null } }),
    );
    delivery.goOn();
    expect(batches[0]?.completions).toEqual([
      1,
      { type: "completion", seq: 2, now: 200, ok: true, value: { status: 200 }, hasBody: true },
      [3, 300],
    ]);
    expect(batches[0]?.bodies).toEqual([{ seq: 2, body: Buffer.from("hello") }]);
  });

  it("comes in pieces where it is large, each when the one before was taken", () => {
    const large: EffectOutcome = { ok: true, value: "x".repeat(200_000) };
    const huge: EffectOutcome = { ok: true, value: null, body: "x".repeat(900_000) };
    const { delivery, handed, call } = deliver(
      completed(1, { outcome: large }),
      completed(2),
      completed(3, { outcome: large }),
      completed(4, { outcome: huge }),
      completed(5),
    );
    for (const taken of [2, 1, 1, 1]) {
      expect(delivery.goOn()).toBe(true);
      expect(delivery.goOn()).toBe(false);
      call(1, 2, 3, 4, 5);
      expect(delivery.onTaken(taken)).toBe(true);
    }
    expect(handed()).toEqual([[1, 2], [3], [4], [5]]);
    expect(delivery.goOn()).toBe(false);
  });

  it("is not gone on with when the guest did not take all of it", () => {
    const { delivery, handed, call } = deliver(completed(1), completed(2));
    delivery.goOn();
    call(1);
    expect(delivery.onTaken(1)).toBe(true);
    expect(delivery.goOn()).toBe(false);
    expect(handed()).toEqual([[1, 2]]);
  });

  it("cannot be taken before its call was made, nor more of it than was handed over", () => {
    const before = deliver(completed(1), completed(2));
    before.delivery.goOn();
    before.call(1);
    expect(before.delivery.onTaken(2)).toBe(false);
    const more = deliver(completed(1));
    more.call(1);
    expect(more.delivery.onTaken(1)).toBe(false);
  });
});

describe("what is completed meanwhile", () => {
  it("waits until all of it is taken, and comes in the order kept", () => {
    const { delivery, call } = deliver(completed(1));
    const told: string[] = [];
    delivery.goOn();
    delivery.afterAll(() => told.push("first"));
    call(1);
    delivery.afterAll(() => told.push("second"));
    delivery.onTaken(1);
    expect(told).toEqual([]);
    expect(delivery.goOn()).toBe(true);
    expect(told).toEqual(["first", "second"]);
    expect(delivery.goOn()).toBe(false);
  });

  it("comes at once when the hook has ended, which takes nothing any more", () => {
    const { delivery } = deliver(completed(1));
    const told: string[] = [];
    delivery.goOn();
    delivery.afterAll(() => told.push("before the end"));
    expect(told).toEqual([]);
    delivery.end();
    delivery.afterAll(() => told.push("after it"));
    expect(told).toEqual(["before the end", "after it"]);
  });

  it("comes at once where nothing is recorded", () => {
    const told: string[] = [];
    deliver().delivery.afterAll(() => told.push("now"));
    expect(told).toEqual(["now"]);
  });
});

describe("bodies in one frame", () => {
  it("come out as they went in", () => {
    const bodies = [
      { seq: 3, body: Buffer.from("three") },
      { seq: 70_000, body: Buffer.alloc(0) },
      { seq: 1, body: Buffer.from([0, 255]) },
    ];
    expect(decodeBodies(encodeBodies(bodies))).toEqual(bodies);
    expect(decodeBodies(encodeBodies([]))).toEqual([]);
  });
});
