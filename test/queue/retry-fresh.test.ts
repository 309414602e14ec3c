import { afterEach, describe, expect, it } from "vitest";
import type { HookTaskView } from "../../src/task/task-view.ts";
import { installRequest, openBox, type Box } from "../support/box.ts";
import { testDatastores, type TestDatastore } from "../support/test-datastores.ts";

const waits =
  "export async function run(ctx) { ctx.log('old'); await ctx.awaitCheckpointRetry('disk', new Error('full')); }";
const waitsAnHour =
  "export async function run(ctx) { await Promise.race([ctx.awaitCheckpointRetry('disk', new Error('full')), ctx.sleep(3_600_000)]); }";
const mended = "export async function run(ctx) { ctx.log('new'); await ctx.emitCheckpoint('disk'); }";

for (const subject of testDatastores) {
  describe.skipIf(!subject.available)(`a hook parked on ${subject.kind}`, () => {
    let box: Box | null = null;
    let store: TestDatastore | null = null;
    afterEach(async () => {
      await box?.close();
      await store?.remove();
      box = null;
      store = null;
    });

    /** A box whose hook has been put away at its checkpoint, and whose worker is gone. */
    async function leaveParked(
      scriptContent = waits,
    ): Promise<{ url: string; operationId: string; taskId: string }> {
      store = await subject.create();
      const first = await openBox({ datastoreUrl: store.url });
      box = first;
      await first.tacklebox.start();
      const operationId = await first.tacklebox.submit(
        installRequest([{ id: "setup", scriptContent, timeout: 7200 }]),
      );
      // The time it took is told when it is put away.
      const { id } = await first.until(
        (view): view is HookTaskView =>
          view.kind === "hook" && view.status === "AWAITING_RETRY" && view.durationMs > 0,
      );
      await first.close();
      box = null;
      return { url: store.url, operationId, taskId: id };
    }

    async function restart(url: string): Promise<Box> {
      const second = await openBox({ datastoreUrl: url });
      box = second;
      await second.nas.startCreateApp({
        appName: "testapp",
        catalogApp: "testapp",
        train: "stable",
        version: "1.0.0",
        values: { network: { web_port: { port_number: 8080 } } },
        custom: false,
      });
      await second.tacklebox.start();
      return second;
    }

    it("is begun anew with the script as it is now, by a worker that came later", async () => {
      const { url, operationId, taskId } = await leaveParked();
      const { tacklebox, untilOperation } = await restart(url);
      const script = installRequest([{ id: "setup", scriptContent: mended }]).script;
      await tacklebox.retry(taskId, { fresh: true, script });
      await untilOperation(operationId, "COMPLETED");
      const entries = await tacklebox.getJournal(taskId);
      const starts = entries.filter((entry) => entry.type === "attempt-started");
      expect(new Set(starts.map(({ bundleSha256 }) => bundleSha256)).size).toBe(2);
      const lines = entries.flatMap((entry) =>
        entry.type === "effect-completed" && entry.event?.type === "log" ? [entry.event.message] : [],
      );
      expect(lines).toEqual(["old", "new"]);
    });

    it("begins with nothing to wait for, also where it was put away for an hour", async () => {
      const { url, operationId, taskId } = await leaveParked(waitsAnHour);
      const { tacklebox, untilOperation } = await restart(url);
      const paused = (await tacklebox.getJournal(taskId)).at(-1);
      expect(paused).toMatchObject({ event: { type: "attempt-paused", until: expect.any(Number) } });
      const script = installRequest([{ id: "setup", scriptContent: mended }]).script;
      await tacklebox.retry(taskId, { fresh: true, script });
      await untilOperation(operationId, "COMPLETED");
      expect(await tacklebox.getTask(taskId)).toMatchObject({ status: "COMPLETED", attempt: 2 });
    });

    it("is not gone on with by other code that lies under its bundle's hash", async () => {
      const { url, taskId } = await leaveParked();
      const { tacklebox, datastore, until } = await restart(url);
      const { bundleSha256 } = (await tacklebox.getTask(taskId)) as { bundleSha256: string };
      const documents = datastore?.documents;
      const kept = await documents?.get("bundles", bundleSha256);
      const changed = new TextDecoder().decode(kept ?? undefined).replaceAll("disk", "tape");
      await documents?.put("bundles", bundleSha256, new TextEncoder().encode(changed));
      await tacklebox.retry(taskId);
      const { attempt, actions } = await until(
        (view): view is HookTaskView => view.kind === "hook" && view.error?.code === "BUNDLE_CHANGED",
      );
      expect(attempt).toBe(1);
      expect(actions).toContainEqual({ name: "retry" });
    });
  });
}
