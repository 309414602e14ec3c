import { randomBytes } from "node:crypto";
import { TackleboxError, errorText } from "../errors.ts";
import { entriesOfLastAttempt } from "../journal/replay.ts";
import type { AttemptOutcome } from "../runtime/attempt.ts";
import { runAttempt } from "../runtime/run-attempt.ts";
import type { Bundle } from "../compile/bundle.ts";
import { mapTexts } from "../json.ts";
import { journalFormat, type JournalEntry } from "../journal/entry.ts";
import { defaultTimeoutSeconds, toHookTaskView, type HookTaskRecord } from "../task/hook-task.ts";
import type { TaskError, TaskEvent, TaskStatus } from "../task/task-event.ts";
import { foldEntry, initialHookTaskState, isTerminal, type HookTaskState } from "../task/task-state.ts";
import { getBundle } from "./bundle-store.ts";
import { describePiece, mostLosses, type LostSandbox } from "./attempt-losses.ts";
import { collectInputs, inputsHaveNews } from "./collect-inputs.ts";
import { describeApp, policyFor } from "./hook-surroundings.ts";
import { createRedactor } from "./redact-secrets.ts";
import type { Runtime } from "./runtime.ts";
import { openTaskJournal, readHookState, type TaskJournal } from "./task-journal.ts";
import { plainTaskError, toTaskError } from "./to-task-error.ts";

/** How far a hook task got. */
export type HookTaskProgress =
  | { kind: "ended"; status: TaskStatus }
  /** Waits for a person; nothing is left running. */
  | { kind: "parked" }
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
): Promise<HookTaskProgress> {
  return await new HookTaskRun(runtime, record, signal).advance();
}

/** The key under which a wait's decision is kept. */
export function waitKeyOf(state: HookTaskState): string | null {
  if (state.waiting === null) return null;
  return state.waiting.kind === "attempt"
    ? `attempt-${state.attempt}`
    : `attempt-${state.attempt}-call-${state.waiting.seq}`;
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
  /** It was decided to fail while the attempt waited at a checkpoint. */
  private givenUp = false;

  constructor(runtime: Runtime, record: HookTaskRecord, signal: AbortSignal) {
    this.runtime = runtime;
    this.record = record;
    this.signal = signal;
  }

  async advance(): Promise<HookTaskProgress> {
    this.journal = await openTaskJournal(this.runtime.journals, this.record.id, (added) =>
      this.onEntries(added),
    );
    for (const entry of this.journal.entries) this.state = foldEntry(this.state, entry);
    for (;;) {
      if (isTerminal(this.state.status)) return { kind: "ended", status: this.state.status };
      if (this.signal.aborted) return { kind: "handed-over" };
      if (await this.cancelled()) return { kind: "ended", status: "CANCELLED" };
      const progress = await this.step();
      if (progress !== null) return progress;
    }
  }

  /** One step; null means that there is a next one. */
  private async step(): Promise<HookTaskProgress | null> {
    if (this.state.waiting?.kind === "attempt") return await this.meetDecision();
    if (this.state.attemptOpen) return await this.goOn();
    return await this.beginAttempt();
  }

  private async meetDecision(): Promise<HookTaskProgress | null> {
    const decision = await this.runtime.desk.decision(this.record.id, waitKeyOf(this.state) ?? "");
    if (decision === null) return { kind: "parked" };
    if (decision.action === "skip") await this.add({ type: "skipped", reason: "skipped by the user" });
    else if (decision.action === "fail") await this.add({ type: "failed", error: this.lastError() });
    else await this.add({ type: "retry-chosen", fresh: decision.fresh ?? false });
    return null;
  }

  private async beginAttempt(): Promise<HookTaskProgress | null> {
    const inputs = await collectInputs(this.runtime, this.record, this.state, (event) => this.add(event));
    if (inputs.kind === "waiting") return { kind: "parked" };
    if (inputs.kind === "skipped") {
      await this.add({ type: "skipped", reason: "skipped by the user" });
      return null;
    }
    if (inputs.kind === "failed") {
      await this.add(this.endOf(inputs.error));
      return null;
    }
    const { bundleSha256 } = this.record;
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
        bundleSha256,
        context,
      },
    ]);
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
    const bundle = await getBundle(this.runtime.documents, start.bundleSha256);
    if (bundle === null) {
      const detail = `hook "${this.record.hook.id}": its bundle ${start.bundleSha256} is no longer kept; start the operation again.`;
      await this.add(this.endOf(plainTaskError("JOURNAL_CORRUPT", detail)));
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
      const outcome = await this.runIn(bundle, recorded, stop);
      return await this.conclude(outcome, bundle);
    } finally {
      stopWatching();
    }
  }

  /**
   * Writes down that, and why, an attempt is gone on with. The error to fail it with, when it was lost too often
   * without getting anywhere.
   */
  private async noteResumption(recorded: readonly JournalEntry[]): Promise<TaskError | null> {
    const piece = describePiece(recorded, this.lostSandbox);
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
    bundle: Bundle,
    recorded: readonly JournalEntry[],
    stop: AbortController,
  ): Promise<AttemptOutcome> {
    const { runtime, record } = this;
    const start = recorded[0] as Extract<JournalEntry, { type: "attempt-started" }>;
    const policy = await policyFor(runtime, record);
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
        runtime.network.createClient({ policy, limits: runtime.network.limits, observe }),
      effectLimits: runtime.effectLimits,
      timeoutMs: (record.hook.timeout ?? defaultTimeoutSeconds) * 1000,
      redact: this.redact,
      usedMs: this.state.pausedMs,
      parkAfterMs: record.interactive ? runtime.parkAfterMs : 0,
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
        await this.add({ type: "attempt-paused", attempt, activeMs });
        if (this.record.interactive) return { kind: "parked" };
        await this.failAttempt(this.lastError(), activeMs);
        return null;
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

  /** Ends the attempt; while `retries` allow it the next step begins another. */
  private async failAttempt(error: TaskError, activeMs: number): Promise<void> {
    const { attempt, manualRetries } = this.state;
    const again = attempt < 1 + (this.record.hook.retries ?? 0) + manualRetries;
    const failed: TaskEvent = { type: "attempt-failed", attempt, error, activeMs, again };
    // One write: a crash between the two would leave it open whether the task has ended.
    await this.add(failed, ...(again ? [] : [this.endOf(error)]));
  }

  private endOf(error: TaskError): TaskEvent {
    if (this.record.hook.optional === true) return { type: "skipped", reason: "optional and failed", error };
    return this.record.interactive ? { type: "awaiting-retry", error } : { type: "failed", error };
  }

  private async cancelled(): Promise<boolean> {
    if (!(await this.runtime.desk.isCancelRequested(this.record.id))) return false;
    if (this.state.cancelRequestedAt === null) await this.add({ type: "cancel-requested" });
    await this.add({ type: "cancelled" });
    return true;
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
    const at = this.runtime.clock.now();
    await this.journal.append(events.map((event) => ({ type: "task", at, event })));
  }

  private onEntries(added: readonly JournalEntry[]): void {
    for (const entry of added) this.state = foldEntry(this.state, entry);
    this.runtime.observer.hookChanged(toHookTaskView(this.record, this.state), added);
  }
}

/**
 * True when something lies on the desk that a parked task has not seen yet. Asked after parking, so that a click
 * that came in between is not lost.
 */
export async function hasNews(runtime: Runtime, record: HookTaskRecord): Promise<boolean> {
  const state = await readHookState(runtime, record.id);
  const { desk } = runtime;
  if (isTerminal(state.status)) return false;
  if (await desk.isCancelRequested(record.id)) return true;
  const waitKey = waitKeyOf(state);
  if (waitKey !== null) return (await desk.decision(record.id, waitKey)) !== null;
  if (state.status !== "AWAITING_INPUT") return true;
  return await inputsHaveNews(runtime, record, state);
}
