import { isDeepStrictEqual } from "node:util";
import { TackleboxError, errorCodeOf, errorText, type ErrorCode } from "../errors.ts";
import type { JournalEntry } from "../journal/entry.ts";
import type { NasJobRef, NasJobResult } from "../nas/nas-driver.ts";
import type { HookTaskRecord } from "../task/hook-task.ts";
import type { NasBefore, OperationEvent } from "../task/operation-event.ts";
import {
  foldOperationEntry,
  initialOperationState,
  nextStepIndex,
  toOperationView,
  type OperationRecord,
  type OperationState,
  type StepState,
} from "../task/operation-task.ts";
import type { TaskError, TaskStatus } from "../task/task-event.ts";
import { activeMsOf, isTerminal, type HookTaskState } from "../task/task-state.ts";
import type { Runtime } from "./runtime.ts";
import { keepStepTimes } from "./step-times.ts";
import { openTaskJournal, readHookState, type TaskJournal } from "./task-journal.ts";
import { plainTaskError } from "./to-task-error.ts";
import { wipeAnswers } from "./wipe-answers.ts";

/** How far an install or upgrade got. */
export type OperationProgress =
  | { kind: "ended"; status: TaskStatus }
  /** A hook task is to be run; call again when it has ended. */
  | { kind: "hook"; task: HookTaskRecord }
  /** The step on the NAS failed and waits for Retry or Cancel. */
  | { kind: "parked"; error: TaskError }
  | { kind: "handed-over" };

/** Troubles that say nothing about the step: its job is tried again. */
const isNotOfTheStep = new Set<ErrorCode>([
  "JOURNAL_FENCED",
  "DATASTORE_UNREACHABLE",
  "DATASTORE_FULL",
  "NAS_UNREACHABLE",
  "INTERNAL",
]);

/** Said once for each time away; true also when the NAS is back and has not said anything else yet. */
const nasAwayText = "Waiting for the NAS, which could not be reached";

/** Longest wait for an app to run after its job succeeded. */
const runningTimeoutMs = 10 * 60_000;

/**
 * Drives one install or upgrade through its steps, in order: directories, before hooks, the app, until it runs,
 * after hooks. Where it stands is in its journal alone.
 *
 * 1. A step begins only when the one before has ended COMPLETED or SKIPPED; so a required before hook that has not
 *    gone through holds the app step back.
 * 2. The NAS is called only after "job-starting" is kept, and after a crash it is asked first what it knows.
 * 3. A NAS that is away fails no step: what was begun goes on there. Rejects with `NAS_UNREACHABLE`; called again, it asks
 *    the NAS as after a crash.
 * 4. No cancel misses the hook that begins at that moment: it is written down as begun, and only then the wish is looked for;
 *    whoever cancels keeps the wish, and only then looks for the hook.
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
      if (isTerminal(this.state.status)) {
        const hooks = record.steps.flatMap((step) => (step.kind === "hook" && step.task ? [step.task] : []));
        await wipeAnswers(runtime, hooks);
        return { kind: "ended", status: this.state.status };
      }
      if (this.signal.aborted) return { kind: "handed-over" };
      const index = nextStepIndex(this.state);
      if (index === null) await this.complete();
      else {
        const progress = await this.step(index);
        if (progress !== null) return progress;
      }
    }
  }

  private async complete(): Promise<void> {
    await this.add({ type: "operation-ended", status: "COMPLETED" });
    // No operation fails for the want of an estimate.
    await keepStepTimes(this.runtime.documents, this.record, this.state).catch((error: unknown) =>
      errorText(error),
    );
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
      else if (!(await this.waitUntilRunning())) return null;
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
    const { desk } = this.runtime;
    const [hook, isCancelled] = await Promise.all([
      readHookState(this.runtime, task.id),
      desk.isCancelRequested(this.record.id),
    ]);
    if (!isTerminal(hook.status)) {
      if (isCancelled) await desk.requestCancel(task.id);
      return { kind: "hook", task };
    }
    await this.hookEnded(index, task, hook);
    return null;
  }

  private async hookEnded(index: number, task: HookTaskRecord, hook: HookTaskState): Promise<void> {
    if (hook.status === "COMPLETED" || hook.status === "SKIPPED") {
      const activeMs = hook.status === "COMPLETED" ? { activeMs: Math.round(activeMsOf(hook)) } : {};
      await this.add({ type: "step-ended", index, status: hook.status, ...activeMs });
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
    const result = ref === "done" ? null : await this.followToEnd(index, ref);
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
    const found = await this.runtime.nas.findJob(this.appMethod(), this.record.appName);
    const { before } = this.state.steps[index] as StepState;
    if (found !== null && !isDeepStrictEqual(found, before.job)) return found;
    return (await this.isAppChanged(before)) ? "done" : null;
  }

  /** The app is there, or has another version, since the NAS was called: the job did its work. */
  private async isAppChanged(before: NasBefore): Promise<boolean> {
    const app = await this.runtime.nas.getApp(this.record.appName);
    if (app === null) return false;
    return this.record.operation === "install" ? before.version === null : app.version !== before.version;
  }

  private async startJob(index: number): Promise<NasJobRef> {
    const { nas } = this.runtime;
    const { appName, toVersion, values } = this.record;
    const [job, app] = await Promise.all([nas.findJob(this.appMethod(), appName), nas.getApp(appName)]);
    await this.add({ type: "job-starting", index, before: { job, version: app?.version ?? null } });
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

  /** The job's result; null when the NAS has forgotten the job and shows what it did. */
  private async followToEnd(index: number, ref: NasJobRef): Promise<NasJobResult | null> {
    try {
      return await this.follow(index, ref);
    } catch (error) {
      const { before } = this.state.steps[index] as StepState;
      if (errorCodeOf(error) === "NAS_JOB_UNKNOWN" && (await this.isAppChanged(before))) return null;
      throw error;
    }
  }

  private async follow(index: number, ref: NasJobRef): Promise<NasJobResult> {
    const unwritten = new AbortController();
    let writing: Promise<void> = Promise.resolve();
    try {
      return await this.runtime.nas.followJob(
        ref,
        ({ percent, text }) => {
          writing = writing
            .then(() => this.showProgress(index, percent, text))
            .catch((error: unknown) => unwritten.abort(error));
        },
        AbortSignal.any([this.signal, unwritten.signal]),
      );
    } finally {
      // Nothing may be on its way to the journal when the task is handed over.
      await writing;
      unwritten.signal.throwIfAborted();
    }
  }

  /** A worker that goes on with a job is told again what the last one has written. */
  private async showProgress(index: number, percent: number, text: string): Promise<void> {
    if (text === this.state.progressText && this.state.steps[index]?.progress === percent) return;
    await this.add({ type: "step-progress", index, percent, text });
  }

  /** False when the operation was cancelled meanwhile. */
  private async waitUntilRunning(): Promise<boolean> {
    const { appName, id } = this.record;
    const { desk, nas } = this.runtime;
    const found = Promise.withResolvers<boolean>();
    const stop = new AbortController();
    const signal = AbortSignal.any([this.signal, stop.signal]);
    const isCancelled = async (): Promise<true | null> => ((await desk.isCancelRequested(id)) ? true : null);
    const cancelled = desk.watch(id, isCancelled, signal).then(
      () => found.resolve(false),
      (error: unknown) => found.reject(error),
    );
    const watching = nas.watchApp(
      appName,
      (app) => {
        if (app.state === "RUNNING") found.resolve(true);
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
      return await found.promise;
    } finally {
      stop.abort(new Error("no longer watched"));
      await Promise.allSettled([late, watching, cancelled]);
    }
  }

  private appMethod(): "app.create" | "app.upgrade" {
    return this.record.operation === "install" ? "app.create" : "app.upgrade";
  }

  // --- failing, deciding, cancelling

  private async stepFailed(index: number, error: unknown): Promise<OperationProgress | null> {
    const code = errorCodeOf(error);
    if (code === "NAS_UNREACHABLE")
      await this.showProgress(index, this.state.steps[index]?.progress ?? 0, nasAwayText);
    if (code === null || isNotOfTheStep.has(code)) throw error;
    const shown = operationError(code, error);
    if (this.record.interactive) {
      await this.add({ type: "step-awaiting-retry", index, error: shown });
      return { kind: "parked", error: shown };
    }
    await this.add(
      { type: "step-ended", index, status: "FAILED", error: shown },
      { type: "operation-ended", status: "FAILED", error: shown },
    );
    return null;
  }

  private async meetDecision(index: number): Promise<OperationProgress | null> {
    const key = operationWaitKey(index, this.state.steps[index]?.retries ?? 0);
    if ((await this.runtime.desk.decision(this.record.id, key)) === null) {
      return { kind: "parked", error: this.state.error ?? plainTaskError("INTERNAL", "the step failed.") };
    }
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
