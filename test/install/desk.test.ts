import { beforeEach, describe, expect, it } from "vitest";
import { createMemoryStores } from "../../src/datastore/memory-stores.ts";
import type { DocumentStore } from "../../src/datastore/datastore.ts";
import { createDesk, type Desk } from "../../src/install/desk.ts";
import { createManualClock, type ManualClock } from "../support/manual-clock.ts";

let documents: DocumentStore;
let clock: ManualClock;
let desk: Desk;
/** The desk of another process on the same datastore. */
let elsewhere: Desk;

beforeEach(() => {
  ({ documents } = createMemoryStores());
  clock = createManualClock();
  desk = createDesk(documents, clock);
  elsewhere = createDesk(documents, clock);
});

describe("decisions", () => {
  it("stand as they were made first; a second click changes nothing", async () => {
    expect(await desk.decision("task", "wait")).toBeNull();
    expect(await desk.decide("task", "wait", { action: "retry", fresh: true })).toBe(true);
    expect(await elsewhere.decide("task", "wait", { action: "skip" })).toBe(false);
    expect(await elsewhere.decision("task", "wait")).toEqual({ action: "retry", fresh: true });
  });

  it("belong to one wait of one task", async () => {
    await desk.decide("task", "wait-1", { action: "skip" });
    expect(await desk.decision("task", "wait-2")).toBeNull();
    expect(await desk.decision("other", "wait-1")).toBeNull();
    expect(await desk.decide("task", "wait-2", { action: "retry" })).toBe(true);
  });

  it("are made once when several are made at the same time", async () => {
    const made = await Promise.all(
      (["retry", "skip", "retry", "skip"] as const).map((action) => desk.decide("task", "wait", { action })),
    );
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(await desk.decision("task", "wait")).toEqual({ action: "retry" });
  });
});

describe("answers", () => {
  it("are kept per asking, the first set", async () => {
    expect(await desk.answers("task", "given")).toBeNull();
    expect(await desk.answer("task", "given", { name: "Movies" })).toBe(true);
    expect(await desk.answer("task", "given", { name: "Shows" })).toBe(false);
    expect(await elsewhere.answers("task", "given")).toEqual({ name: "Movies" });
    expect(await desk.answers("task", "asked")).toBeNull();
  });
});

describe("cancel", () => {
  it("is asked for once and seen by everyone", async () => {
    expect(await desk.isCancelRequested("task")).toBe(false);
    expect(await desk.requestCancel("task")).toBe(true);
    expect(await desk.requestCancel("task")).toBe(false);
    expect(await elsewhere.isCancelRequested("task")).toBe(true);
    expect(await desk.isCancelRequested("other")).toBe(false);
  });
});

describe("a watch", () => {
  const look = () => desk.decision("task", "wait");
  const live = () => new AbortController().signal;

  it("finds what came before it began, without waiting", async () => {
    await desk.decide("task", "wait", { action: "retry" });
    expect(await desk.watch("task", look, live())).toEqual({ action: "retry" });
    expect(clock.sleepers()).toBe(0);
  });

  it("is woken at once by what is put on the desk in this process", async () => {
    const found = desk.watch("task", look, live());
    await clock.untilSleeping(1);
    await desk.decide("task", "wait", { action: "skip" });
    // No time passes: the clock stands still.
    expect(await found).toEqual({ action: "skip" });
    expect(clock.sleepers()).toBe(0);
  });

  it("is woken by answers and cancels too", async () => {
    const answered = desk.watch("task", () => desk.answers("task", "asked"), live());
    await clock.untilSleeping(1);
    await desk.answer("task", "asked", { a: 1 });
    expect(await answered).toEqual({ a: 1 });
    const cancelled = desk.watch("task", async () => (await desk.isCancelRequested("task")) || null, live());
    await clock.untilSleeping(1);
    await desk.requestCancel("task");
    expect(await cancelled).toBe(true);
  });

  it("misses nothing that is put there while it looks", async () => {
    let looks = 0;
    const found = desk.watch(
      "task",
      async () => {
        looks += 1;
        const seen = await look();
        if (looks === 1) await desk.decide("task", "wait", { action: "retry" });
        return seen;
      },
      live(),
    );
    expect(await found).toEqual({ action: "retry" });
    expect(looks).toBe(2);
  });

  it("finds what another process put there within half a second", async () => {
    const found = desk.watch("task", look, live());
    await clock.untilSleeping(1);
    await elsewhere.decide("task", "wait", { action: "retry" });
    clock.advance(500);
    expect(await found).toEqual({ action: "retry" });
  });

  it("sleeps on when something else was put there", async () => {
    const stop = new AbortController();
    const found = desk.watch("task", look, stop.signal);
    await clock.untilSleeping(1);
    await desk.decide("task", "other wait", { action: "retry" });
    await clock.untilSleeping(1);
    await desk.decide("other", "wait", { action: "retry" });
    expect(clock.sleepers()).toBe(1);
    await desk.decide("task", "wait", { action: "skip" });
    expect(await found).toEqual({ action: "skip" });
  });

  it("ends with the signal's reason when it is aborted, before and while it waits", async () => {
    const stopped = AbortSignal.abort(new Error("shutting down"));
    await expect(desk.watch("task", look, stopped)).rejects.toThrow("shutting down");
    const stop = new AbortController();
    const found = desk.watch("task", look, stop.signal);
    await clock.untilSleeping(1);
    stop.abort(new Error("no longer needed"));
    await expect(found).rejects.toThrow("no longer needed");
    expect(clock.sleepers()).toBe(0);
  });

  it("fails when the desk cannot be read", async () => {
    const broken = desk.watch("task", () => Promise.reject(new Error("datastore is away")), live());
    await expect(broken).rejects.toThrow("datastore is away");
  });
});
