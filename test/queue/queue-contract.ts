import { afterEach, describe, expect, it } from "vitest";
import type { TestDatastore, testDatastores } from "../support/test-datastores.ts";
import { installRequest, openBox, type Box, type BoxOptions } from "../support/box.ts";

/** What installs and hooks do on a queue, the same on every datastore. */
export function describeQueueContract(subject: (typeof testDatastores)[number]): void {
  describe.skipIf(!subject.available)(`operations on ${subject.kind}`, () => {
    let box: Box | null = null;
    let store: TestDatastore | null = null;
    const open = async (options: BoxOptions = {}): Promise<Box> => {
      store = await subject.create();
      box = await openBox({ datastoreUrl: store.url, ...options });
      await box.tacklebox.start();
      return box;
    };
    afterEach(async () => {
      await box?.close();
      await store?.remove();
      box = null;
      store = null;
    });

    it("installs an app with before and after hooks, in order, and keeps their history", async () => {
      const { tacklebox, nas, untilOperation } = await open();
      const id = await tacklebox.submit(
        installRequest([
          {
            id: "after",
            scriptContent:
              "export async function run(ctx) { await ctx.waitForApp('/health'); await ctx.emitCheckpoint('ready', 'it runs'); ctx.log('port', ctx.port > 0); }",
          },
          {
            id: "before",
            event: "onBeforeInstall",
            scriptContent: "export async function run(ctx) { await ctx.emitCheckpoint('checked'); }",
          },
        ]),
      );
      const done = await untilOperation(id, "COMPLETED");
      expect(done.steps.map((step) => [step.kind, step.hookId, step.status])).toEqual([
        ["hook", "before", "COMPLETED"],
        ["app", null, "COMPLETED"],
        ["running", null, "COMPLETED"],
        ["hook", "after", "COMPLETED"],
      ]);
      const hooks = await tacklebox.getHookTasks(id);
      expect(hooks.map((hook) => [hook.hookId, hook.status, hook.attempt, hook.progress])).toEqual([
        ["before", "COMPLETED", 1, 100],
        ["after", "COMPLETED", 1, 100],
      ]);
      expect(hooks[1]?.checkpoints).toMatchObject([{ id: "ready", message: "it runs", status: "completed" }]);
      expect(nas.requests("testapp").some((request) => request.path === "/health")).toBe(true);
    });

    it("shows how a hook stands also when its texts hold what no database takes", async () => {
      const { tacklebox, untilOperation, datastore } = await open();
      const emit = "await ctx.emitCheckpoint('odd', 'a\\0b\\ud800c')";
      const hook = { scriptContent: `export async function run(ctx) { ${emit}; }` };
      const id = await tacklebox.submit(installRequest([hook]));
      await untilOperation(id, "COMPLETED");
      const [task] = await tacklebox.getHookTasks(id);
      const queue = datastore?.bull.queue("hooks");
      const job = await queue?.getJob(task?.id ?? "");
      expect(job?.progress).toMatchObject({ checkpoints: [{ message: "a\ufffdb\ufffdc" }] });
      await queue?.close();
    });

    it("makes one operation of two clicks under one key, and refuses another request under it", async () => {
      const { tacklebox, untilOperation } = await open();
      const request = installRequest([{ scriptContent: "export async function run() {}" }]);
      const click = { idempotencyKey: "click" };
      const [id, again] = await Promise.all([
        tacklebox.submit(request, click),
        tacklebox.submit(request, click),
      ]);
      expect(again).toBe(id);
      await untilOperation(id, "COMPLETED");
      expect(await tacklebox.submit(request, click)).toBe(id);
      expect(await tacklebox.listOperations()).toHaveLength(1);
      await expect(tacklebox.submit({ ...request, appName: "other" }, click)).rejects.toMatchObject({
        code: "IDEMPOTENCY_KEY_REUSED",
      });
    });

    it("holds the app step back while a required before hook has failed, and leaves the app untouched after Cancel", async () => {
      const { tacklebox, nas, untilHook, untilOperation } = await open();
      const id = await tacklebox.submit(
        installRequest([
          {
            id: "veto",
            event: "onBeforeInstall",
            scriptContent:
              "export async function run(ctx) { ctx.fail('no room', [{ label: 'free', value: 0 }]); }",
          },
        ]),
      );
      const failed = await untilHook("veto", "AWAITING_RETRY");
      expect(failed.error).toMatchObject({
        code: "HOOK_FAIL",
        title: "no room",
        context: [{ label: "free", value: "0" }],
      });
      await tacklebox.cancel(id);
      await untilOperation(id, "CANCELLED");
      expect(await nas.getApp("testapp")).toBeNull();
      expect(await nas.findJob("app.create", "testapp")).toBeNull();
    });

    it("retries by itself as often as declared, then waits; Retry runs it again, twice clicked is once done", async () => {
      const { tacklebox, untilHook, untilOperation } = await open({
        nas: {
          behaviours: {
            testapp: (_request, state) => ({
              status: 200,
              body: String((state.data["n"] = Number(state.data["n"] ?? 0) + 1)),
            }),
          },
        },
      });
      const code =
        "export async function run(ctx) { const n = Number(await (await fetch(ctx.baseUrl + '/n')).text()); if (n < 4) throw new Error('still ' + n); }";
      const id = await tacklebox.submit(installRequest([{ id: "flaky", retries: 2, scriptContent: code }]));
      const waiting = await untilHook("flaky", "AWAITING_RETRY");
      expect(waiting).toMatchObject({ attempt: 3, maxAttempts: 3, error: { code: "HOOK_THREW" } });
      expect(waiting.error?.source).toMatchObject({ file: "testapp.json", inline: { line: 1 } });
      await Promise.allSettled([tacklebox.retry(waiting.id), tacklebox.retry(waiting.id)]);
      await untilOperation(id, "COMPLETED");
      expect((await tacklebox.getHookTasks(id))[0]).toMatchObject({ status: "COMPLETED", attempt: 4 });
    });

    it("parks a hook in awaitCheckpointRetry and goes on at that line with the answer", async () => {
      const { tacklebox, nas, untilHook, untilOperation } = await open();
      const code = `export async function run(ctx) {
        await ctx.registerCheckpoints([{ id: "a", message: "A" }, { id: "b", message: "B" }]);
        await fetch(ctx.baseUrl + "/before", { method: "POST", body: "x" });
        await ctx.emitCheckpoint("a");
        const action = await ctx.awaitCheckpointRetry("b", new Error("not yet"), [{ label: "Status", value: 503 }]);
        await fetch(ctx.baseUrl + "/after-" + action);
        await ctx.emitCheckpoint("b");
      }`;
      const id = await tacklebox.submit(installRequest([{ id: "parks", scriptContent: code }]));
      const waiting = await untilHook("parks", "AWAITING_RETRY");
      expect(waiting.error).toMatchObject({
        title: "not yet",
        checkpointId: "b",
        context: [{ label: "Status", value: "503" }],
      });
      expect(waiting.checkpoints.map(({ status }) => status)).toEqual(["completed", "awaiting_retry"]);
      await tacklebox.retry(waiting.id);
      await untilOperation(id, "COMPLETED");
      const paths = nas.requests("testapp").map((request) => `${request.method} ${request.path}`);
      expect(paths).toEqual(["POST /before", "GET /after-retry"]);
    });

    it("skips a hook on Skip and says so in the outcome", async () => {
      const { tacklebox, untilHook, untilOperation } = await open();
      const id = await tacklebox.submit(
        installRequest([
          { id: "bad", scriptContent: "export async function run() { throw new Error('no'); }" },
        ]),
      );
      await tacklebox.skip((await untilHook("bad", "AWAITING_RETRY")).id);
      const done = await untilOperation(id, "COMPLETED");
      expect(done.outcome).toBe("completed_with_skips");
    });

    it("skips an optional hook that failed without asking", async () => {
      const { tacklebox, untilOperation } = await open();
      const id = await tacklebox.submit(
        installRequest([
          {
            id: "nice",
            optional: true,
            scriptContent: "export async function run() { throw new Error('no'); }",
          },
        ]),
      );
      await untilOperation(id, "COMPLETED");
      expect((await tacklebox.getHookTasks(id))[0]).toMatchObject({
        status: "SKIPPED",
        error: { code: "HOOK_THREW" },
      });
    });

    it("asks for inputs when the hook's turn comes and hands them to it", async () => {
      const { tacklebox, nas, untilHook, untilOperation } = await open();
      const inputs = [
        {
          type: "question",
          id: "name",
          question: { question: "Library name", type: "text", key: "name", default: "Movies" },
        },
        {
          type: "question",
          id: "count",
          question: { question: "How many", type: "number", key: "count", required: true },
        },
      ];
      const code =
        "export async function run(ctx) { await fetch(`${ctx.baseUrl}/${ctx.getInput('name')}/${ctx.inputs.count + 1}`); }";
      const id = await tacklebox.submit(installRequest([{ id: "asks", inputs, scriptContent: code }]));
      const waiting = await untilHook("asks", "AWAITING_INPUT");
      expect(waiting.inputs.map((input) => [input.id, input.state, input.required])).toEqual([
        ["name", "waiting", false],
        ["count", "waiting", true],
      ]);
      await expect(tacklebox.answer(waiting.id, { count: "many" })).rejects.toMatchObject({
        code: "INPUT_INVALID",
      });
      await expect(tacklebox.answer(waiting.id, { count: "", nmae: 1 })).rejects.toMatchObject({
        problems: [
          { inputId: "nmae", code: "INPUT_INVALID" },
          { inputId: "count", code: "INPUT_REQUIRED" },
        ],
      });
      await tacklebox.answer(waiting.id, { count: 2 });
      await untilOperation(id, "COMPLETED");
      expect(nas.requests("testapp").map((request) => request.path)).toEqual(["/Movies/3"]);
    });

    it("keeps secrets out of everything that is shown", async () => {
      const { tacklebox, untilHook, seen } = await open();
      const question = { question: "Password", type: "password", key: "pass", required: true };
      const inputs = [{ type: "question", id: "pass", question }];
      const code =
        "export async function run(ctx) { const p = ctx.getInput('pass'); ctx.log('with', p); await ctx.emitCheckpoint('x', 'as ' + p); ctx.fail('wrong ' + p, [{ label: 'sent', value: p }]); }";
      await tacklebox.submit(
        installRequest([{ id: "tells", inputs, scriptContent: code }], { inputs: { pass: "correct horse" } }),
      );
      const waiting = await untilHook("tells", "AWAITING_RETRY");
      expect(waiting.error).toMatchObject({ title: "wrong •••", context: [{ value: "•••" }] });
      expect(JSON.stringify(seen)).not.toContain("correct horse");
      const journal = await tacklebox.getJournal(waiting.id);
      const shown = journal.flatMap((entry) => ("event" in entry ? [entry.event] : []));
      expect(JSON.stringify(shown)).toContain("with •••");
      expect(JSON.stringify(shown)).not.toContain("correct horse");
    });

    it("ends a hook in an endless loop on its timeout", async () => {
      const { tacklebox, untilHook } = await open();
      await tacklebox.submit(
        installRequest([
          {
            id: "spins",
            timeout: 1,
            scriptContent: "export async function run(ctx) { await ctx.sleep(1); while (true) {} }",
          },
        ]),
      );
      const ended = await untilHook("spins", "AWAITING_RETRY");
      expect(ended.error?.code).toBe("HOOK_TIMEOUT");
      expect(ended.durationMs).toBeLessThan(6000);
    });

    it("puts a hook away that sleeps long, and goes on after the sleep", async () => {
      const { tacklebox, nas, untilHook, untilOperation } = await open({
        tacklebox: { parkAfterMs: 1, restAfterMs: 300 },
      });
      const code =
        "export async function run(ctx) { ctx.log('before'); await Promise.all([ctx.sleep(1500), fetch(ctx.baseUrl + '/x', { method: 'POST', body: 'x' })]); ctx.log('after', Date.now()); }";
      const id = await tacklebox.submit(installRequest([{ id: "sleeps", scriptContent: code }]));
      await untilOperation(id, "COMPLETED");
      const task = await untilHook("sleeps", "COMPLETED");
      const journal = await tacklebox.getJournal(task.id);
      const events = journal.flatMap((entry) => (entry.type === "task" ? [entry.event] : []));
      expect(events.map(({ type }) => type).filter((type) => type !== "request")).toEqual([
        "attempt-paused",
        "attempt-resumed",
        "attempt-completed",
      ]);
      expect(nas.requests("testapp").map(({ method }) => method)).toEqual(["POST"]);
      // The sleep counts as active time, put away or not.
      expect(task.durationMs).toBeGreaterThanOrEqual(1500);
    });

    it("ends a hook on its timeout while it is put away", async () => {
      const { tacklebox, untilHook } = await open({ tacklebox: { parkAfterMs: 1, restAfterMs: 300 } });
      const code = "export async function run(ctx) { await ctx.sleep(3600000); }";
      await tacklebox.submit(installRequest([{ id: "sleeps", timeout: 1, scriptContent: code }]));
      expect((await untilHook("sleeps", "AWAITING_RETRY")).error?.code).toBe("HOOK_TIMEOUT");
    });

    it("puts a hook away over the long pauses of waitForApp, and polls and tells the same as one that stays", async () => {
      let polls = 0;
      const behaviours = { testapp: () => ({ status: (polls += 1) === 4 ? 200 : polls === 1 ? 500 : 503 }) };
      const { tacklebox, untilHook, untilOperation } = await open({
        nas: { behaviours },
        tacklebox: { restAfterMs: 300 },
      });
      const code = `export async function run(ctx) {
        const waits = [ctx.waitForApp("/up", { initialDelayMs: 350, maxDelayMs: 600, retries: 4 }), ctx.sleep(1)];
        const [response] = await Promise.all(waits);
        await ctx.emitCheckpoint("up", String(response.status));
      }`;
      const id = await tacklebox.submit(installRequest([{ id: "polls", scriptContent: code }]));
      await untilOperation(id, "COMPLETED");
      const task = await untilHook("polls", "COMPLETED");
      expect(task).toMatchObject({ attempt: 1, checkpoints: [{ message: "200" }] });
      expect(polls).toBe(4);
      const journal = await tacklebox.getJournal(task.id);
      const events = journal.flatMap((entry) => (entry.type === "task" ? [entry.event] : []));
      const told = events.flatMap((event) =>
        event.type === "log" ? [event.message.split("ready: ")[1]] : [],
      );
      expect(told).toEqual(["it answers 500 Internal Server Error", "it answers 503 Service Unavailable"]);
      expect(journal.flatMap((entry) => (entry.type === "effect-paused" ? [entry.ms] : []))).toEqual([
        350, 600, 600,
      ]);
      // Where the machine is slow, too little may be left of a pause.
      expect(events.filter(({ type }) => type === "attempt-paused").length).toBeGreaterThan(1);
      expect(task.durationMs).toBeGreaterThanOrEqual(1550);
    });

    it("waits for a NAS that is away while it creates the app, and then goes on with its job", async () => {
      const { tacklebox, nas, datastore, untilOperation } = await open();
      const { followJob } = nas;
      const triedTwice = Promise.withResolvers<void>();
      let tries = 0;
      nas.followJob = async (...args) => {
        tries += 1;
        if (tries === 1) nas.setReachable(false);
        const following = followJob(...args);
        if (tries === 2) await following.finally(triedTwice.resolve);
        return await following;
      };
      const id = await tacklebox.submit(installRequest([]));
      await triedTwice.promise;
      expect(await tacklebox.getTask(id)).toMatchObject({
        status: "IN_PROGRESS",
        progressText: expect.stringContaining("Waiting for the NAS"),
      });
      nas.setReachable(true);
      await untilOperation(id, "COMPLETED");
      const journal = await tacklebox.getJournal(id);
      const calls = journal.filter(
        (entry) => entry.type === "operation" && entry.event.type === "job-starting",
      );
      expect(calls).toHaveLength(1);
      // However often it was tried.
      const queue = datastore?.bull.queue("installs");
      expect((await queue?.getJob(id))?.stacktrace).toHaveLength(1);
      await queue?.close();
    });

    it("cancels a hook at work", async () => {
      const { tacklebox, until, untilOperation } = await open();
      const id = await tacklebox.submit(
        installRequest([
          {
            id: "long",
            scriptContent:
              "export async function run(ctx) { await ctx.emitCheckpoint('begun'); await ctx.sleep(600000); }",
          },
        ]),
      );
      const view = await until(
        (seen): seen is never => seen.kind === "hook" && seen.checkpoints.length === 1,
      );
      await tacklebox.cancel((view as { id: string }).id);
      await untilOperation(id, "CANCELLED");
    });

    it("runs more tasks than there are places while one is parked", async () => {
      const { tacklebox, untilHook, untilOperation } = await open({ tacklebox: { hookConcurrency: 1 } });
      const parked = await tacklebox.submit(
        installRequest(
          [
            {
              id: "waits",
              scriptContent:
                "export async function run(ctx) { await ctx.awaitCheckpointRetry('x', 'wait'); }",
            },
          ],
          { appName: "first" },
        ),
      );
      const waiting = await untilHook("waits", "AWAITING_RETRY");
      const second = await tacklebox.submit(
        installRequest(
          [{ id: "quick", scriptContent: "export async function run(ctx) { ctx.log('here'); }" }],
          { appName: "second", port: 8081 },
        ),
      );
      await untilOperation(second, "COMPLETED");
      await tacklebox.skip(waiting.id);
      await untilOperation(parked, "COMPLETED");
    });
  });
}
