import { randomBytes } from "node:crypto";
import { readMoment } from "../clock.ts";
import { TackleboxError, errorText } from "../errors.ts";
import { entriesOfLastAttempt, isRequest } from "../journal/replay.ts";
import type { AttemptOutcome } from "../runtime/attempt.ts";
import { runAttempt } from "../runtime/run-attempt.ts";
import type { Bundle } from "../compile/bundle.ts";
import { mapTexts } from "../json.ts";
import { journalFormat, type JournalEntry } from "../journal/entry.ts";
import type { Moment } from "../journal/moment.ts";
import { codeToRun, defaultTimeoutSeconds, toHookTaskView, type HookTaskRecord } from "../task/hook-task.ts";
import type { TaskError, TaskEvent, TaskStatus } from "../task/task-event.ts";
import { foldEntry, initialHookTaskState, isTerminal, type HookTaskState } from "../task/task-state.ts";
import {
  lookAround,
  lookAroundAgain,
  unrunnableError,
  type AttemptSurroundings,
} from "./attempt-surroundings.ts";
import { describePiece, mostLosses, type LostSandbox } from "./attempt-losses.ts";
import { collectInputs } from "./collect-inputs.ts";
import { describeApp } from "./hook-surroundings.ts";
import type { Decision } from "./desk.ts";
import { beginRest } from "../task/timed-rest.ts";
import { restsFor, waitKeyOf } from "./parked-task.ts";
import { createRedactor } from "./redact-secrets.ts";
import type { Runtime } from "./runtime.ts";
import { readJournal, resumeTaskJournal, type TaskJournal } from "./task-journal.ts";
import { plainTaskError, toTaskError } from "./to-task-error.ts";
import { wipeAnswers } from "./wipe-answers.ts";

/** How far a hook task got. */
export type HookTaskProgress =
  | { kind: "ended"; status: TaskStatus }
  /** Put away: for a person, or for `restMs` milliseconds at the longest. Nothing is left running. */
  | { kind: "parked"; restMs: number | null }
  /** The signal stopped it; another worker goes on at the same line. */
  | { kind: "handed-over" };

/**
 * Drives one hook task as far as it goes: asks for inputs, runs attempts, waits, ends. It may be called again and
 * again, in any process; where it stands is in the journal alone.
 */
export async function advanceHookTask(
  runtime: Runtime,
  record: HookTaskRecord,
  signal: AbortSignal,
  found?: TaskFindings,
): Promise<HookTaskProgress> {
  const known = found ?? (await lookUpTask(runtime, record.id));
  return await new HookTaskRun(runtime, record, signal).advance(known);
}

/** What is looked up of a task before it is gone on with. */
export interface TaskFindings {
  entries: JournalEntry[];
  isCancelRequested: boolean;
}

/** All reads side by side: they are most of the time between the queue and a hook's first call. */
export async function lookUpTask(runtime: Runtime, taskId: string): Promise<TaskFindings> {
  const [entries, isCancelRequested] = await Promise.all([
    readJournal(runtime.journals, taskId),
    runtime.desk.isCancelRequested(taskId),
  ]);
  return { entries, isCancelRequested };
}

class HookTaskRun {
  private readonly runtime: Runtime;
  private readonly record: HookTaskRecord;
  private readonly signal: AbortSignal;
  private state: HookTaskState = initialHookTaskState;
  private journal!: TaskJournal;
  /** The sandbox process ended by itself; the attempt goes on in another. */
  private lostSandbox: LostSandbox | null = null;
  /** Takes the secrets of the current attempt's inputs out of what is shown. */
  private redact: (text: string) => string = (text) => text;
  /** Looked up while the attempt's beginning was written down. */
  private around: AttemptSurroundings | null = null;
  /** It was decided to fail while the attempt waited at a checkpoint. */
  private givenUp = false;

  constructor(runtime: Runtime, record: HookTaskRecord, signal: AbortSignal) {
    this.runtime = runtime;
    this.record = record;
    this.signal = signal;
  }

  async advance({ entries, isCancelRequested }: TaskFindings): Promise<HookTaskProgress> {
    const { id } = this.record;
    this.journal = resumeTaskJournal(this.runtime.journals, id, entries, (added) => this.onEntries(added));
    for (const entry of entries) this.state = foldEntry(this.state, entry);
    let isCancelled = isCancelRequested;
    for (;;) {
      if (isTerminal(this.state.status)) {
        await wipeAnswers(this.runtime, [this.record]);
        return { kind: "ended", status: this.state.status };
      }
      if (this.signal.aborted) return { kind: "handed-over" };
      if (isCancelled) {
        await this.cancel();
        continue;
      }
      const wasOpen = this.state.attemptOpen;
      const progress = await this.step();
      if (progress !== null) return progress;
      // Whoever runs the attempt that has just begun, or goes on with a lost one, looks for a cancel first thing.
      const isRunNext = this.state.attemptOpen && (!wasOpen || this.lostSandbox !== null);
      isCancelled = !isRunNext && (await this.runtime.desk.isCancelRequested(id));
    }
  }

  /** One step; null means that there is a next one. */
  private async step(): Promise<HookTaskProgress | null> {
    if (this.state.waiting?.kind === "attempt") return await this.meetDecision();
    if (await this.startOver()) return null;
    if (!this.state.attemptOpen) return await this.beginAttempt();
    const rest = await restsFor(this.runtime, this.record, this.state);
    return rest === null ? await this.goOn() : { kind: "parked", ...rest };
  }

  private async meetDecision(): Promise<HookTaskProgress | null> {
    const decision = await this.runtime.desk.decision(this.record.id, waitKeyOf(this.state) ?? "");
    if (decision === null) return { kind: "parked", restMs: null };
    if (decision.action === "skip") await this.add({ type: "skipped", reason: "skipped by the user" });
    else if (decision.action === "fail") await this.add({ type: "failed", error: this.lastError() });
    else await this.add(retryChosen(decision));
    return null;
  }

  /**
   * Retry fresh, or with other answers, while the attempt waits at a checkpoint: it ends there, because its journal is never
   * gone on with by other code or with other inputs. False when that was not chosen.
   */
  private async startOver(): Promise<boolean> {
    if (this.state.waiting?.kind !== "checkpoint") return false;
    const decision = await this.runtime.desk.decision(this.record.id, waitKeyOf(this.state) ?? "");
    if (decision === null || !isAnew(decision)) return false;
    const { attempt, pausedMs: activeMs } = this.state;
    const ended: TaskEvent = {
      type: "attempt-failed",
      attempt,
      error: this.lastError(),
      activeMs,
      again: true,
    };
    await this.add(ended, retryChosen(decision));
    return true;
  }

  private async beginAttempt(): Promise<HookTaskProgress | null> {
    const inputs = await collectInputs(this.runtime, this.record, this.state, (event) => this.add(event));
    if (inputs.kind === "waiting") return { kind: "parked", restMs: null };
    if (inputs.kind === "skipped") {
      await this.add({ type: "skipped", reason: "skipped by the user" });
      return null;
    }
    if (inputs.kind === "failed") {
      await this.add(this.endOf(inputs.error));
      return null;
    }
    const code = codeToRun(this.record, this.state);
    // What goes wrong is met again, and shown, by the attempt.
    const around = lookAround(this.runtime, this.record, code.bundleSha256).catch(() => null);
    const context = await describeApp(this.runtime, this.record, inputs.values);
    const now = this.runtime.clock.now();
    await this.journal.append([
      {
        type: "attempt-started",
        format: journalFormat,
        attempt: this.state.attempt + 1,
        at: now,
        now,
        seed: randomBytes(32).toString("hex"),
        ...code,
        context,
      },
    ]);
    this.around = await around;
    return null;
  }

  /** Runs the current attempt from where its journal ends. */
  private async goOn(): Promise<HookTaskProgress | null> {
    const recorded = entriesOfLastAttempt(this.journal.entries);
    const start = recorded[0];
    if (start?.type !== "attempt-started") {
      throw new TackleboxError(
        "JOURNAL_CORRUPT",
        `Journal of task ${this.record.id}: no attempt has begun, but the task is in progress.`,
      );
    }
    let around = this.around;
    this.around = null;
    try {
      around ??= await lookAroundAgain(this.runtime, this.record, start);
    } catch (error) {
      const shown = unrunnableError(error, this.record.hook.id);
      await this.failAttempt(shown, this.state.pausedMs, { isFinal: true });
      return null;
    }
    const lost = await this.noteResumption(recorded);
    if (lost !== null) {
      await this.failAttempt(lost, this.state.pausedMs);
      return null;
    }
    const stop = new AbortController();
    const stopWatching = this.watchForCancel(stop);
    try {
      const outcome = await this.runIn(around, recorded, stop);
      const progress = await this.conclude(outcome, around.bundle);
      // It goes on at once, and what was around it a moment ago still is.
      if (this.lostSandbox !== null) this.around = around;
      return progress;
    } finally {
      stopWatching();
    }
  }

  /**
   * Writes down that, and why, an attempt is gone on with. The error to fail it with, when it was lost too often
   * without getting anywhere.
   */
  private async noteResumption(recorded: readonly JournalEntry[]): Promise<TaskError | null> {
    const piece = describePiece(recorded, this.lostSandbox, readMoment(this.runtime.clock));
    this.lostSandbox = null;
    if (piece === null) return null;
    const { reason, lastedMs, detail } = piece;
    const activeMs = this.state.pausedMs + lastedMs;
    await this.add({ type: "attempt-resumed", attempt: this.state.attempt, reason, activeMs });
    if (this.state.losses <= mostLosses[reason]) return null;
    const lost = `hook "${this.record.hook.id}": it was lost ${this.state.losses} times at the same place; ${detail}`;
    return plainTaskError("HOOK_CRASHED", lost);
  }

  private async runIn(
    { bundle, policy }: AttemptSurroundings,
    recorded: readonly JournalEntry[],
    stop: AbortController,
  ): Promise<AttemptOutcome> {
    const { runtime, record } = this;
    const start = recorded[0] as Extract<JournalEntry, { type: "attempt-started" }>;
    const sentBefore = recorded.filter(isRequest).length;
    this.redact = createRedactor(record.hook.inputs ?? [], start.context.inputs);
    return await runAttempt({
      bundle,
      entrypoint: record.hook.entrypoint,
      context: start.context,
      seed: start.seed,
      now: start.now,
      recorded,
      journal: this.journal,
      pool: runtime.pool,
      clock: runtime.hookClock,
      createNetwork: (observe) =>
        runtime.network.createClient({ policy, limits: runtime.network.limits, sentBefore, observe }),
      effectLimits: runtime.effectLimits,
      timeoutMs: (record.hook.timeout ?? defaultTimeoutSeconds) * 1000,
      redact: this.redact,
      usedMs: this.state.pausedMs,
      parkAfterMs: record.interactive ? runtime.parkAfterMs : 0,
      restAfterMs: runtime.restAfterMs,
      person: {
        decision: (seq, aborted) =>
          runtime.desk.watch(record.id, () => this.checkpointDecision(start.attempt, seq, stop), aborted),
      },
      signal: AbortSignal.any([this.signal, stop.signal]),
    });
  }

  private async checkpointDecision(
    attempt: number,
    seq: number,
    stop: AbortController,
  ): Promise<"retry" | "skip" | null> {
    const decision = await this.runtime.desk.decision(this.record.id, `attempt-${attempt}-call-${seq}`);
    if (decision === null) return null;
    if (isAnew(decision)) {
      // See `startOver`.
      stop.abort(new Error("to be begun anew"));
      return null;
    }
    if (decision.action !== "fail") return decision.action;
    this.givenUp = true;
    stop.abort(new Error("given up"));
    return null;
  }

  private lastError(): TaskError {
    return (
      this.state.error ??
      plainTaskError("HOOK_FAIL", `hook "${this.record.hook.id}" waits for a person and nobody is there.`)
    );
  }

  private async conclude(outcome: AttemptOutcome, bundle: Bundle): Promise<HookTaskProgress | null> {
    const { attempt } = this.state;
    const activeMs = Math.round(outcome.activeMs);
    switch (outcome.kind) {
      case "completed":
        await this.add({ type: "attempt-completed", attempt, activeMs });
        return null;
      case "stopped":
        if (this.givenUp) {
          this.givenUp = false;
          await this.failAttempt(this.lastError(), activeMs);
          return null;
        }
        await this.add({ type: "attempt-paused", attempt, activeMs });
        return this.signal.aborted ? { kind: "handed-over" } : null;
      case "parked":
        return await this.putAway(outcome.restMs, activeMs);
      case "failed":
        if (outcome.failure.by === "runtime" && outcome.failure.code === "HOOK_CRASHED") {
          this.lostSandbox = { activeMs, detail: outcome.failure.detail };
          return null;
        }
        await this.failAttempt(
          mapTexts(toTaskError(this.record.hook.id, outcome.failure, bundle), this.redact),
          activeMs,
        );
        return null;
    }
  }

  private async putAway(restMs: number | null, activeMs: number): Promise<HookTaskProgress | null> {
    const { attempt } = this.state;
    const now = this.now();
    const event: TaskEvent = { type: "attempt-paused", attempt, activeMs, ...beginRest(restMs, now) };
    await this.journal.append([{ type: "task", at: now.at, event }]);
    if (restMs !== null || this.record.interactive) return { kind: "parked", restMs };
    await this.failAttempt(this.lastError(), activeMs);
    return null;
  }

  /** Ends the attempt; while `retries` allow it the next step begins another, unless that would end the same. */
  private async failAttempt(error: TaskError, activeMs: number, { isFinal = false } = {}): Promise<void> {
    const { attempt, grantedAttempts } = this.state;
    const again =
      !isFinal &&
      error.code !== "REPLAY_MISMATCH" &&
      attempt < 1 + (this.record.hook.retries ?? 0) + grantedAttempts;
    const failed: TaskEvent = { type: "attempt-failed", attempt, error, activeMs, again };
    // One write: a crash between the two would leave it open whether the task has ended.
    await this.add(failed, ...(again ? [] : [this.endOf(error)]));
  }

  private endOf(error: TaskError): TaskEvent {
    if (this.record.hook.optional === true) return { type: "skipped", reason: "optional and failed", error };
    return this.record.interactive ? { type: "awaiting-retry", error } : { type: "failed", error };
  }

  private async cancel(): Promise<void> {
    if (this.state.cancelRequestedAt === null) await this.add({ type: "cancel-requested" });
    await this.add({ type: "cancelled" });
  }

  private watchForCancel(stop: AbortController): () => void {
    const watching = new AbortController();
    const { desk } = this.runtime;
    desk
      .watch(
        this.record.id,
        async () => ((await desk.isCancelRequested(this.record.id)) ? true : null),
        watching.signal,
      )
      .then(
        () => stop.abort(new Error("cancelled")),
        // Aborted when the attempt ends; a datastore that cannot be read is met by the next journal write.
        (error: unknown) => errorText(error),
      );
    return () => watching.abort();
  }

  private async add(...events: TaskEvent[]): Promise<void> {
    const { at } = this.now();
    await this.journal.append(events.map((event) => ({ type: "task", at, event })));
  }

  /** The time now; never before that of the last entry, also when the clock was set back. */
  private now(): Moment {
    const moment = readMoment(this.runtime.clock);
    return { ...moment, at: Math.max(moment.at, this.journal.entries.at(-1)?.at ?? 0) };
  }

  private onEntries(added: readonly JournalEntry[]): void {
    for (const entry of added) this.state = foldEntry(this.state, entry);
    this.runtime.observer.hookChanged(toHookTaskView(this.record, this.state), added);
  }
}

/** The attempt that waits ends, and the next one begins at the hook's first line. */
const isAnew = ({ fresh, changeInputs }: Decision): boolean => fresh === true || changeInputs !== undefined;

function retryChosen({ action: _action, fresh = false, ...hashes }: Decision): TaskEvent {
  return { type: "retry-chosen", fresh, ...hashes };
}
