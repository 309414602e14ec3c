import { TackleboxError, errorCodeOf, errorText, type ErrorCode } from "../errors.ts";
import type { JournalEntry } from "../journal/entry.ts";
import type { NasApp, NasJobRef, NasJobResult } from "../nas/nas-driver.ts";
import type { HookTaskRecord } from "../task/hook-task.ts";
import type { OperationEvent } from "../task/operation-event.ts";
import {
  foldOperationEntry,
  initialOperationState,
  nextStepIndex,
  toOperationView,
  type OperationRecord,
  type OperationState,
} from "../task/operation-task.ts";
import type { TaskError, TaskStatus } from "../task/task-event.ts";
import { isTerminal, type HookTaskState } from "../task/task-state.ts";
import type { Runtime } from "./runtime.ts";
import { openTaskJournal, readHookState, type TaskJournal } from "./task-journal.ts";
import { plainTaskError } from "./to-task-error.ts";

/** How far an install or upgrade got. */
export type OperationProgress =
  | { kind: "ended"; status: TaskStatus }
  /** A hook task is to be run; call again when it has ended. */
  | { kind: "hook"; task: HookTaskRecord }
  /** The step on the NAS failed and waits for Retry or Cancel. */
  | { kind: "parked" }
  | { kind: "handed-over" };

/** Longest wait for an app to run after its job succeeded. */
const runningTimeoutMs = 10 * 60_000;

/**
 * Drives one install or upgrade through its steps, in order: directories, before hooks, the app, until it runs,
 * after hooks. Where it stands is in its journal alone.
 *
 * 1. A step begins only when the one before has ended COMPLETED or SKIPPED; so a required before hook that has not
 *    gone through holds the app step back.
 * 2. The NAS is called only after "job-starting" is kept, and after a crash it is asked first what it knows.
 */
export async function advanceOperation(
  runtime: Runtime,
  record: OperationRecord,
  signal: AbortSignal,
): Promise<OperationProgress> {
  return await new OperationRun(runtime, record, signal).advance();
}

class OperationRun {
  private readonly runtime: Runtime;
  private readonly record: OperationRecord;
  private readonly signal: AbortSignal;
  private state: OperationState;
  private journal!: TaskJournal;

  constructor(runtime: Runtime, record: OperationRecord, signal: AbortSignal) {
    this.runtime = runtime;
    this.record = record;
    this.signal = signal;
    this.state = initialOperationState(record);
  }

  async advance(): Promise<OperationProgress> {
    const { runtime, record } = this;
    this.journal = await openTaskJournal(runtime.journals, record.id, (added) => this.onEntries(added));
    for (const entry of this.journal.entries) this.state = foldOperationEntry(this.state, entry);
    for (;;) {
      if (isTerminal(this.state.status)) return { kind: "ended", status: this.state.status };
      if (this.signal.aborted) return { kind: "handed-over" };
      const index = nextStepIndex(this.state);
      if (index === null) await this.add({ type: "operation-ended", status: "COMPLETED" });
      else {
        const progress = await this.step(index);
        if (progress !== null) return progress;
      }
    }
  }

  private async step(index: number): Promise<OperationProgress | null> {
    const step = this.record.steps[index];
    if (step === undefined)
      throw new TackleboxError("JOURNAL_CORRUPT", `Operation ${this.record.id} has no step ${index}.`);
    if (step.kind !== "hook" && (await this.cancelled(index))) return null;
    if (this.state.steps[index]?.status === "AWAITING_RETRY") return await this.meetDecision(index);
    if (step.kind === "hook") return await this.hookStep(index, step.task);
    if (this.state.steps[index]?.status === "PENDING") await this.add({ type: "step-started", index });
    try {
      if (step.kind === "directories") await this.makeDirectories();
      else if (step.kind === "app") await this.appStep(index);
      else await this.waitUntilRunning();
      await this.add({ type: "step-ended", index, status: "COMPLETED" });
      return null;
    } catch (error) {
      if (this.signal.aborted) return { kind: "handed-over" };
      return await this.stepFailed(index, error);
    }
  }

  // --- hooks

  private async hookStep(index: number, task: HookTaskRecord | null): Promise<OperationProgress | null> {
    if (task === null) {
      await this.add({ type: "step-ended", index, status: "SKIPPED" });
      return null;
    }
    if (this.state.steps[index]?.taskId === null) {
      if (await this.cancelled(index)) return null;
      await this.add({ type: "step-started", index }, { type: "hook-started", index, taskId: task.id });
    }
    const hook = await readHookState(this.runtime, task.id);
    if (!isTerminal(hook.status)) return { kind: "hook", task };
    await this.hookEnded(index, task, hook);
    return null;
  }

  private async hookEnded(index: number, task: HookTaskRecord, hook: HookTaskState): Promise<void> {
    if (hook.status === "COMPLETED" || hook.status === "SKIPPED") {
      await this.add({ type: "step-ended", index, status: hook.status });
      return;
    }
    const error = hook.error ?? undefined;
    if (hook.status === "CANCELLED") {
      await this.add(
        { type: "step-ended", index, status: "CANCELLED" },
        { type: "operation-ended", status: "CANCELLED" },
      );
      return;
    }
    await this.add(
      { type: "step-ended", index, status: "FAILED", ...(error && { error }) },
      {
        type: "operation-ended",
        status: "FAILED",
        error: error ?? plainTaskError("HOOK_THREW", `hook "${task.hook.id}" failed.`),
      },
    );
  }

  // --- the NAS

  private async makeDirectories(): Promise<void> {
    for (const directory of this.record.directories) await this.runtime.nas.ensureDirectory(directory);
  }

  private async appStep(index: number): Promise<void> {
    const ref = (await this.knownJob(index)) ?? (await this.startJob(index));
    const result = ref === "done" ? null : await this.follow(index, ref);
    if (result !== null && result.state !== "SUCCESS") {
      throw new TackleboxError(
        "APP_JOB_FAILED",
        `${this.appMethod()} of "${this.record.appName}" ended ${result.state}: ${result.error.message}`,
        {
          context: [{ label: "NAS error", value: result.error.code }],
        },
      );
    }
  }

  /** The job begun before a crash, if the NAS still knows it; "done" when the NAS shows its result already. */
  private async knownJob(index: number): Promise<NasJobRef | "done" | null> {
    const job = this.state.steps[index]?.job ?? "none";
    if (job === "none") return null;
    if (job !== "starting") return job;
    const { nas } = this.runtime;
    const found = await nas.findJob(this.appMethod(), this.record.appName);
    if (found !== null) return found;
    const app = await nas.getApp(this.record.appName);
    return app !== null && (this.record.operation === "install" || app.version === this.record.toVersion)
      ? "done"
      : null;
  }

  private async startJob(index: number): Promise<NasJobRef> {
    const { nas } = this.runtime;
    const { appName, toVersion, values } = this.record;
    await this.add({ type: "job-starting", index });
    const ref =
      this.record.operation === "install"
        ? await nas.startCreateApp({
            appName,
            catalogApp: this.record.catalogApp,
            train: this.record.train,
            version: toVersion,
            values,
            custom: this.record.catalogApp === null,
          })
        : await nas.startUpgradeApp({ appName, version: toVersion, values });
    await this.add({ type: "job-started", index, ref });
    return ref;
  }

  private async follow(index: number, ref: NasJobRef): Promise<NasJobResult> {
    let writing: Promise<void> = Promise.resolve();
    const result = await this.runtime.nas.followJob(
      ref,
      ({ percent, text }) => {
        writing = writing.then(() => this.add({ type: "step-progress", index, percent, text }));
      },
      this.signal,
    );
    await writing;
    return result;
  }

  private async waitUntilRunning(): Promise<void> {
    const { appName } = this.record;
    const found = Promise.withResolvers<NasApp>();
    const stop = new AbortController();
    const signal = AbortSignal.any([this.signal, stop.signal]);
    const watching = this.runtime.nas.watchApp(
      appName,
      (app) => {
        if (app.state === "RUNNING") found.resolve(app);
        else if (app.state === "CRASHED")
          found.reject(
            new TackleboxError(
              "APP_CRASHED",
              `App "${appName}" crashed while starting; look at its log on the NAS, then retry.`,
            ),
          );
      },
      signal,
    );
    watching.catch((error: unknown) => found.reject(error));
    const late = this.runtime.clock.sleep(runningTimeoutMs, signal).then(
      () =>
        found.reject(
          new TackleboxError(
            "APP_CRASHED",
            `App "${appName}" did not run within ${runningTimeoutMs / 60_000} minutes; look at its log on the NAS, then retry.`,
          ),
        ),
      (reason: unknown) => errorText(reason),
    );
    try {
      await found.promise;
    } finally {
      stop.abort(new Error("no longer watched"));
      await Promise.allSettled([late, watching]);
    }
  }

  private appMethod(): "app.create" | "app.upgrade" {
    return this.record.operation === "install" ? "app.create" : "app.upgrade";
  }

  // --- failing, deciding, cancelling

  private async stepFailed(index: number, error: unknown): Promise<OperationProgress | null> {
    const code = errorCodeOf(error);
    if (code === null || code === "JOURNAL_FENCED" || code === "DATASTORE_UNREACHABLE" || code === "INTERNAL")
      throw error;
    const shown = operationError(code, error);
    if (this.record.interactive) {
      await this.add({ type: "step-awaiting-retry", index, error: shown });
      return { kind: "parked" };
    }
    await this.add(
      { type: "step-ended", index, status: "FAILED", error: shown },
      { type: "operation-ended", status: "FAILED", error: shown },
    );
    return null;
  }

  private async meetDecision(index: number): Promise<OperationProgress | null> {
    const key = operationWaitKey(index, this.state.steps[index]?.retries ?? 0);
    if ((await this.runtime.desk.decision(this.record.id, key)) === null) return { kind: "parked" };
    await this.add({ type: "step-retried", index });
    return null;
  }

  private async cancelled(index: number): Promise<boolean> {
    if (!(await this.runtime.desk.isCancelRequested(this.record.id))) return false;
    await this.add(
      { type: "cancel-requested" },
      { type: "step-ended", index, status: "CANCELLED" },
      { type: "operation-ended", status: "CANCELLED" },
    );
    return true;
  }

  private async add(...events: OperationEvent[]): Promise<void> {
    const at = this.runtime.clock.now();
    await this.journal.append(events.map((event) => ({ type: "operation", at, event })));
  }

  private onEntries(added: readonly JournalEntry[]): void {
    for (const entry of added) this.state = foldOperationEntry(this.state, entry);
    this.runtime.observer.operationChanged(toOperationView(this.record, this.state));
  }
}

/** The key under which the decision about a failed step is kept. */
export function operationWaitKey(index: number, retries: number): string {
  return `step-${index}-try-${retries}`;
}

function operationError(code: ErrorCode, error: unknown): TaskError {
  const shown = plainTaskError(code, errorText(error));
  return { ...shown, context: (error as Partial<TackleboxError>).context ?? [] };
}
