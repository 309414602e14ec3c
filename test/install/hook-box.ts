import { compileHook } from "../../src/compile/compile-hook.ts";
import { advanceHookTask } from "../../src/install/advance-hook-task.ts";
import { putBundle } from "../../src/install/bundle-store.ts";
import { hasNews } from "../../src/install/parked-task.ts";
import type { Runtime } from "../../src/install/runtime.ts";
import { createTaskActions, type TaskActions } from "../../src/install/task-actions.ts";
import { putJson } from "../../src/install/stored-json.ts";
import { readHookState, readJournal } from "../../src/install/task-journal.ts";
import { createTaskReader, type TaskReader } from "../../src/install/task-reader.ts";
import { resolveSandboxLimits } from "../../src/runtime/sandbox-limits.ts";
import { createSandboxPool } from "../../src/runtime/sandbox-pool.ts";
import type { HookTaskRecord } from "../../src/task/hook-task.ts";
import type { HookTaskState } from "../../src/task/task-state.ts";
import { hookRecord } from "../task/hook-task-fold.ts";
import { openInstall, type InstallFixture } from "./install-fixture.ts";

/** An install fixture whose hooks run in real sandboxes, with what people do to them. */
export interface HookBox {
  fixture: InstallFixture;
  runtime: Runtime;
  actions: TaskActions;
  reader: TaskReader;
  /** A hook with this body, not begun yet. */
  keep(
    body: string,
    hook?: Partial<HookTaskRecord["hook"]>,
    overrides?: Partial<HookTaskRecord>,
  ): Promise<HookTaskRecord>;
  /** What it has logged so far. */
  logOf(record: HookTaskRecord): Promise<string[]>;
  /** What a worker does: on and on, until nothing new lies on the desk. */
  goOn(record: HookTaskRecord): Promise<HookTaskState>;
  /** Lets time pass until the provider has said how the sign-in ended. */
  untilSignedIn(): Promise<void>;
  close(): Promise<void>;
}

export async function openHookBox(): Promise<HookBox> {
  const fixture = await openInstall();
  const pool = createSandboxPool({ spares: 0, limits: resolveSandboxLimits() });
  const runtime: Runtime = { ...fixture.runtime, pool };
  const reader = createTaskReader(runtime);
  return {
    fixture,
    runtime,
    reader,
    actions: createTaskActions({ runtime, reader, wake: async () => {} }),
    keep: async (body, hook, overrides) => {
      const text = `export async function run(ctx) { ${body} }`;
      const pointer = "/hooks/0/scriptContent";
      const source = { kind: "inline", text, pointer, scriptFile: "shelf.json" } as const;
      const compiled = await compileHook({ source, entrypoint: "run" });
      if (!compiled.ok) throw new Error("it does not compile");
      const { bundle } = compiled;
      await putBundle(runtime.documents, bundle, "tsk_operation");
      const record = hookRecord(hook, { bundleSha256: bundle.sha256, ...overrides });
      await putJson(runtime.documents, "hook-tasks", record.id, record);
      return record;
    },
    logOf: async ({ id }) =>
      (await readJournal(runtime.journals, id)).flatMap((entry) =>
        "event" in entry && entry.event?.type === "log" && entry.event.level === "info"
          ? [entry.event.message]
          : [],
      ),
    goOn: async (record) => {
      for (let round = 0; round < 10; round += 1) {
        const progress = await advanceHookTask(runtime, record, new AbortController().signal);
        if (progress.kind === "ended" || !(await hasNews(runtime, record)))
          return await readHookState(runtime, record.id);
      }
      throw new Error("it goes on without end, and nobody has clicked");
    },
    untilSignedIn: async () => {
      const before = fixture.woken.length;
      while (fixture.woken.length === before) {
        await fixture.clock.untilSleeping(1);
        fixture.clock.advance(1000);
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    close: async () => {
      await pool.close();
      await fixture.close();
    },
  };
}
