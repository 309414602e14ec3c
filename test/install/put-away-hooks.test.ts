import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { advanceHookTask } from "../../src/install/advance-hook-task.ts";
import { openTaskJournal } from "../../src/install/task-journal.ts";
import type { HookTaskRecord } from "../../src/task/hook-task.ts";
import { openHookBox, type HookBox } from "./hook-box.ts";

let box: HookBox;
beforeEach(async () => {
  box = await openHookBox();
});
afterEach(() => box.close());

const asks = 'ctx.log("before"); ctx.log(await ctx.awaitCheckpointRetry("c", "no"));';
const entriesOf = async ({ id }: HookTaskRecord) => await box.fixture.journalOf(id);

describe("a hook that is put away for a person", () => {
  it("stays put away when it is woken for nothing, as after a restart", async () => {
    const record = await box.keep(asks);
    expect(await box.goOn(record)).toMatchObject({ status: "AWAITING_RETRY", rest: "until-decision" });
    const before = await entriesOf(record);
    expect(await advanceHookTask(box.runtime, record, new AbortController().signal)).toEqual({
      kind: "parked",
      restMs: null,
    });
    expect(await entriesOf(record)).toEqual(before);

    await box.actions.retry(record.id);
    expect(await box.goOn(record)).toMatchObject({ status: "COMPLETED", attempt: 1 });
    expect(await box.logOf(record)).toEqual(["before", "retry"]);
  });

  it("is brought back by a journal of before, which did not say what it was put away for", async () => {
    const record = await box.keep(asks);
    await box.goOn(record);
    const [paused, ...rest] = (await entriesOf(record)).toReversed();
    if (paused?.type !== "task" || paused.event.type !== "attempt-paused")
      throw new Error("it is not put away");
    const { untilDecision, ...event } = paused.event;
    expect(untilDecision).toBe(true);
    await box.runtime.journals.remove(record.id);
    const journal = await openTaskJournal(box.runtime.journals, record.id, () => {});
    await journal.append([...rest.toReversed(), { ...paused, event }]);

    await box.goOn(record);
    const events = (await entriesOf(record)).flatMap((entry) => (entry.type === "task" ? [entry.event] : []));
    expect(events.slice(-2)).toMatchObject([
      { type: "attempt-resumed", reason: "put-away" },
      { type: "attempt-paused", untilDecision: true },
    ]);
  });

  it("fails when nobody is there to ask, also when its worker was killed before it could say so", async () => {
    const record = await box.keep(asks, {}, { interactive: true });
    await box.goOn(record);
    const alone = { ...record, interactive: false };
    expect(await box.goOn(alone)).toMatchObject({ status: "FAILED", error: { title: "no" } });
  });
});

it("a hook that is handed over at work beside a question goes on with its work under the next worker", async () => {
  const record = await box.keep(`const asked = ctx.awaitCheckpointRetry("c", "no");
    await ctx.sleep(60_000);
    ctx.log("worked");
    await asked;`);
  const stop = new AbortController();
  const handedOver = advanceHookTask(box.runtime, record, stop.signal);
  await vi.waitUntil(async () =>
    (await entriesOf(record)).some((entry) => "name" in entry && entry.name === "sleep"),
  );
  stop.abort(new Error("shutting down"));
  expect(await handedOver).toEqual({ kind: "handed-over" });
  expect((await entriesOf(record)).at(-1)).toMatchObject({ event: { type: "attempt-paused" } });

  const parked = advanceHookTask(box.runtime, record, new AbortController().signal);
  await vi.waitUntil(async () => {
    box.fixture.clock.advance(20_000);
    return (await box.logOf(record)).includes("worked");
  });
  expect(await parked).toEqual({ kind: "parked", restMs: null });
});
