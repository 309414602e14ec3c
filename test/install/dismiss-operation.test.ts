import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { OperationTaskView } from "../../src/task/task-view.ts";
import { installRequest, openBox, type Box } from "../support/box.ts";

describe("dismiss", () => {
  let box: Box;
  let id: string;
  let ended: Promise<string>;

  beforeEach(async () => {
    box = await openBox();
    const failing = { id: "setup", scriptContent: "export async function run(ctx) { ctx.fail('no'); }" };
    const prepared = await box.tacklebox.prepare(installRequest([failing]));
    id = prepared.record.id;
    ended = box.tacklebox.runToEnd(prepared, new AbortController().signal);
    await box.untilHook("setup", "AWAITING_RETRY");
  });
  afterEach(async () => await box.close());

  const view = async (): Promise<OperationTaskView> => (await box.tacklebox.getTask(id)) as OperationTaskView;

  it("marks an operation that has ended, once, tells of it, and changes nothing else", async () => {
    await box.tacklebox.cancel(id);
    expect(await ended).toBe("CANCELLED");
    const before = await view();
    expect(before.dismissedAt).toBeNull();
    await Promise.all([box.tacklebox.dismiss(id), box.tacklebox.dismiss(id)]);
    const after = await view();
    expect(after).toEqual({
      ...before,
      actions: [{ name: "rerun" }],
      dismissedAt: expect.stringMatching(/^\d{4}-/),
      revision: before.revision + 1,
      updatedAt: after.dismissedAt,
    });
    expect(box.seen.at(-1)).toMatchObject({ kind: "operation", id, dismissedAt: after.dismissedAt });
    await box.tacklebox.dismiss(id);
    expect(await view()).toEqual(after);
  });

  it("is refused while it goes on, and for a hook's task, which goes with its operation", async () => {
    const [hook] = await box.tacklebox.getHookTasks(id);
    await expect(box.tacklebox.dismiss(id)).rejects.toMatchObject({
      code: "ILLEGAL_TRANSITION",
      message: expect.stringContaining('"dismiss" is not possible while it is AWAITING_RETRY'),
    });
    await expect(box.tacklebox.dismiss("tsk_none")).rejects.toMatchObject({ code: "TASK_UNKNOWN" });
    await box.tacklebox.cancel(id);
    await ended;
    await expect(box.tacklebox.dismiss(hook?.id ?? "")).rejects.toMatchObject({ code: "ILLEGAL_TRANSITION" });
    expect((await view()).dismissedAt).toBeNull();
  });
});
