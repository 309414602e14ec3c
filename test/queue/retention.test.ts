import { afterEach, describe, expect, it } from "vitest";
import { systemClock, type Clock } from "../../src/clock.ts";
import type { Tacklebox } from "../../src/create-tacklebox.ts";
import { hooksQueue } from "../../src/queue/queue-names.ts";
import { installRequest, openBox, type Box } from "../support/box.ts";
import { testDatastores, type TestDatastore } from "../support/test-datastores.ts";

/** A job ends a moment after its task; until then nothing of it is removed. */
async function removeOne(tacklebox: Tacklebox): Promise<void> {
  let removed = 0;
  while (removed === 0) removed = await tacklebox.removeEnded();
  expect(removed).toBe(1);
}

const day = 24 * 3_600_000;
const question = { question: "Password", type: "password", key: "pass", required: true };
const inputs = [{ type: "question", id: "pass", question }];
const logs = {
  id: "logs",
  inputs,
  scriptContent: "export async function run(ctx) { ctx.log(ctx.getInput('pass').length); }",
};
const fails = {
  id: "fails",
  inputs,
  scriptContent: "export async function run(ctx) { await ctx.awaitCheckpointRetry('x', 'no'); }",
};

for (const { kind, available, create } of testDatastores) {
  describe.skipIf(!available)(`retention on ${kind}`, () => {
    let store: TestDatastore | null = null;
    const boxes: Box[] = [];
    let aheadMs = 0;
    const clock: Clock = { ...systemClock, now: () => Date.now() + aheadMs };
    const open = async (retention = {}): Promise<Box> => {
      store ??= await create();
      const box = await openBox({ datastoreUrl: store.url, tacklebox: { clock, retention } });
      boxes.push(box);
      return box;
    };
    afterEach(async () => {
      await Promise.all(boxes.splice(0).map((box) => box.close()));
      await store?.remove();
      store = null;
      aheadMs = 0;
    });
    const keysOf = async (box: Box, ...collections: string[]): Promise<string[]> => {
      const keys: string[] = [];
      for (const name of collections)
        keys.push(...((await box.datastore?.documents.list(name, { limit: 100 })) ?? []));
      return keys;
    };

    it("wipes answers when their hook has ended, and removes the rest after its time but what has not ended", async () => {
      const box = await open();
      const rival = kind === "pglite" ? box : await open();
      const { tacklebox } = box;
      await tacklebox.start();
      const given = { inputs: { pass: "correct horse" } };
      const waiting = await tacklebox.submit(installRequest([fails], { ...given, appName: "waits" }));
      const hook = await box.untilHook("fails", "AWAITING_RETRY");
      const done = await tacklebox.submit(installRequest([logs], { ...given, appName: "done", port: 8081 }));
      await box.untilOperation(done, "COMPLETED");
      const ended = (await tacklebox.getHookTasks(done))[0]?.id ?? "";
      expect(await keysOf(box, "answers")).toEqual([`${hook.id}/given`]);
      expect((await tacklebox.listOperations()).map(({ id }) => id)).toEqual([done, waiting]);

      expect(await tacklebox.removeEnded()).toBe(0);
      aheadMs = 30 * day + 60_000;
      const removed = await Promise.all([tacklebox.removeEnded(), rival.tacklebox.removeEnded()]);
      expect(removed.some((count) => count === 1)).toBe(true);
      expect(await tacklebox.removeEnded()).toBe(0);
      for (const id of [done, ended]) {
        await expect(tacklebox.getTask(id)).rejects.toMatchObject({ code: "TASK_UNKNOWN" });
        expect(await tacklebox.getJournal(id)).toEqual([]);
      }
      expect((await tacklebox.listOperations()).map(({ id }) => id)).toEqual([waiting]);
      const kept = await keysOf(
        box,
        "operations",
        "hook-tasks",
        "answers",
        "decisions",
        "bundle-uses",
        "removals",
      );
      expect(kept.filter((key) => key.includes(done) || key.includes(ended))).toEqual([]);
      expect(await keysOf(box, "bundles")).toHaveLength(1);
      const hooks = box.datastore?.bull.queue(hooksQueue);
      expect([await hooks?.getJob(ended), (await hooks?.getJob(hook.id))?.id]).toEqual([undefined, hook.id]);
      await hooks?.close();

      await tacklebox.skip(hook.id);
      await box.untilOperation(waiting, "COMPLETED");
      aheadMs += 31 * day;
      await removeOne(tacklebox);
      expect(await keysOf(box, "operations", "hook-tasks", "answers", "bundles", "bundle-uses")).toEqual([]);
      expect(box.troubles).toEqual([]);
    });

    it("keeps answers with the rest where that is wanted", async () => {
      const box = await open({ answers: "keep", afterEndMs: 0 });
      await box.tacklebox.start();
      const request = installRequest([logs], { inputs: { pass: "correct horse" } });
      await box.untilOperation(await box.tacklebox.submit(request), "COMPLETED");
      expect(await keysOf(box, "answers")).toHaveLength(1);
      expect(box.tacklebox.retention).toEqual({ answers: "keep", afterEndMs: 0, maxOperations: 10_000 });
      await removeOne(box.tacklebox);
      expect(await keysOf(box, "answers")).toEqual([]);
    });
  });
}
