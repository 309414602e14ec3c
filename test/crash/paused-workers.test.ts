import { afterEach, describe, expect, it } from "vitest";
import type { JournalEntry } from "../../src/journal/entry.ts";
import type { AppBehaviour } from "../../src/nas/simulated/app-behaviour.ts";
import type { HookTaskView, TaskView } from "../../src/task/task-view.ts";
import { installRequest } from "../support/box.ts";
import { testDatastores } from "../support/test-datastores.ts";
import { CrashLab } from "./crash-lab.ts";
import type { CrashWorker } from "./crash-worker.ts";

/** Asks at a gate between two requests that must not happen twice. */
const gated = `export async function run(ctx) {
  await fetch(ctx.baseUrl + "/one", { method: "POST" });
  ctx.log("at the gate");
  await ctx.emitCheckpoint("gate");
  await fetch(ctx.baseUrl + "/gate");
  await fetch(ctx.baseUrl + "/two", { method: "POST" });
  ctx.log("through the gate");
  await ctx.emitCheckpoint("end");
}`;

/** Who comes to the gate first is answered late, all others at once. */
function createGate(firstAnswerMs: number): { app: AppBehaviour; asked: Promise<void> } {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const app: AppBehaviour = ({ path }, { data }) => {
    if (path !== "/gate") return { status: 200 };
    const isFirst = data["asked"] !== true;
    data["asked"] = true;
    resolve();
    return { status: 200, delayMs: isFirst ? firstAnswerMs : 0 };
  };
  return { app, asked };
}

const leaseMs = 1000;

for (const subject of testDatastores.filter(({ kind }) => kind !== "pglite")) {
  describe.skipIf(!subject.available)(`a worker that was stopped and comes back, on ${subject.kind}`, () => {
    let lab: CrashLab;
    const workers: CrashWorker[] = [];
    afterEach(async () => {
      await Promise.all(workers.splice(0).map((worker) => worker.kill9()));
      await lab.close();
    });

    const start = async (): Promise<CrashWorker> => {
      const worker = lab.startWorker();
      workers.push(worker);
      await worker.started;
      return worker;
    };

    /** A worker stopped at the gate, and the operation that another one has done meanwhile. */
    const overtake = async (firstAnswerMs: number) => {
      const tacklebox = { soleWorker: false, leaseMs, restAfterMs: 3_600_000 };
      const { app, asked } = createGate(firstAnswerMs);
      lab = await CrashLab.open(subject, { tacklebox, behaviours: { testapp: app } });
      const stopped = await start();
      const hook = { id: "gated", timeout: 600, scriptContent: gated };
      const id = await lab.call("submit", installRequest([hook]));
      await asked;
      const taskId = (await lab.call("getHookTasks", id))[0]?.id ?? "";
      const sandbox = (await stopped.sandboxPid()) ?? 0;
      stopped.signal("SIGSTOP");
      await start();
      await lab.until((view) => view.id === id && view.status === "COMPLETED");
      return { stopped, sandbox, taskId, id };
    };

    const expectDoneOnce = async (id: string, taskId: string, journal: JournalEntry[]): Promise<void> => {
      expect(await lab.call("getJournal", taskId)).toEqual(journal);
      expect(journal.filter((entry) => entry.type === "attempt-started")).toHaveLength(1);
      const lines = journal.flatMap((entry) =>
        "event" in entry && entry.event?.type === "log" && entry.event.level === "info"
          ? [entry.event.message]
          : [],
      );
      expect(lines).toEqual(["at the gate", "through the gate"]);
      const posts = lab.nas.requests("testapp").filter(({ method }) => method === "POST");
      expect(posts.map(({ path }) => path)).toEqual(["/one", "/two"]);
      expect(lab.server.accepted).toEqual([{ method: "app.create", appName: "testapp" }]);
      expect(await lab.call("getTask", id)).toMatchObject({ status: "COMPLETED", outcome: "completed" });
    };

    it("cannot write what it learned, and its sandbox is gone: the task is done once", async () => {
      const { stopped, sandbox, taskId, id } = await overtake(leaseMs);
      const journal = await lab.call("getJournal", taskId);
      const refused = lab.untilTrouble(/lock|another worker has written/);
      stopped.signal("SIGCONT");
      await Promise.all([stopped.sandboxGone(sandbox), refused]);
      await stopped.call("getTask", id);
      await expectDoneOnce(id, taskId, journal);
    });

    it("gives up a hook that learns nothing any more", async () => {
      const { stopped, sandbox, taskId, id } = await overtake(3_600_000);
      const journal = await lab.call("getJournal", taskId);
      const continuedAt = performance.now();
      stopped.signal("SIGCONT");
      await stopped.sandboxGone(sandbox);
      // The request itself would be given up after thirty seconds.
      expect(performance.now() - continuedAt).toBeLessThan(10_000);
      await stopped.call("getTask", id);
      await expectDoneOnce(id, taskId, journal);
    });
  });

  describe.skipIf(!subject.available)(`a worker killed while it puts a hook away, on ${subject.kind}`, () => {
    it("leaves a click that came just then to the next worker", async () => {
      const lab = await CrashLab.open(subject, { tacklebox: { parkAfterMs: 100 } });
      try {
        const asks = 'export async function run(ctx) { ctx.log(await ctx.awaitCheckpointRetry("c", "no")); }';
        await (await lab.ensureWorker()).setDeath({ kill: "looking" });
        const waits = lab.until((view) => isHook(view) && view.status === "AWAITING_RETRY");
        const id = await lab.call("submit", installRequest([{ id: "asks", scriptContent: asks }]));
        const { id: taskId } = await waits;
        const done = lab.until((view) => view.id === id && view.status === "COMPLETED");
        await lab.call("retry", taskId);
        // A worker that is slow sees the click while the hook is live.
        await Promise.race([lab.worker?.gone, done]);
        await lab.ensureWorker();
        await done;
      } finally {
        await lab.close();
      }
    });
  });

  describe.skipIf(!subject.available)(`several workers, on ${subject.kind}`, () => {
    it("take up the task of one that is killed by themselves, when its lease has ended", async () => {
      const tacklebox = { soleWorker: false, leaseMs };
      const { app, asked } = createGate(3_600_000);
      const lab = await CrashLab.open(subject, { tacklebox, behaviours: { testapp: app } });
      const first = lab.startWorker();
      try {
        await first.started;
        const id = await lab.call("submit", installRequest([{ id: "gated", scriptContent: gated }]));
        await asked;
        await lab.ensureWorker();
        const done = lab.until((view) => view.id === id && view.status === "COMPLETED");
        await first.kill9();
        await done;
      } finally {
        await first.kill9();
        await lab.close();
      }
    });
  });
}

function isHook(view: TaskView): view is HookTaskView {
  return view.kind === "hook";
}
