import type { EffectCompletedEntry, JournalEntry } from "../journal/entry.ts";
import type { TaskError, TaskEvent, TaskInputView, TaskStatus } from "./task-event.ts";
import type { CheckpointView } from "./task-view.ts";
import { toRest, type Rest } from "./timed-rest.ts";

/**
 * The state of a hook task: a fold over its journal.
 *
 * 1. Terminal states never reopen: an event that comes after one changes nothing.
 * 2. `progress` never falls within an attempt; COMPLETED and SKIPPED are 100.
 * 3. Only `checkpoint-completed` completes a checkpoint; a skipped one may still be completed later.
 */
export interface HookTaskState {
  status: TaskStatus;
  revision: number;
  attempt: number;
  /** The current attempt has begun and not ended: its journal is gone on with. */
  attemptOpen: boolean;
  progress: number;
  checkpoints: CheckpointView[];
  inputs: TaskInputView[];
  error: TaskError | null;
  /** The checkpoint of a hook that waits in `awaitCheckpointRetry`, and the call that waits. */
  waiting: { kind: "checkpoint"; seq: number; checkpointId: string } | { kind: "attempt" } | null;
  /** All calls of `awaitCheckpointRetry` that wait, oldest first: a hook may make several at once. */
  checkpointWaits: CheckpointWait[];
  /** Active milliseconds of the ended attempts, and of the current one up to its last pause. */
  endedMs: number;
  pausedMs: number;
  startedAt: number | null;
  updatedAt: number | null;
  finishedAt: number | null;
  cancelRequestedAt: number | null;
  /** Of the latest attempt. */
  bundleSha256: string | null;
  /** What the next attempt runs since Retry was asked for fresh; null: what the task began with. */
  freshBundleSha256: string | null;
  /** Of the sources behind those two bundles. */
  sourceSha256: string | null;
  freshSourceSha256: string | null;
  /** What the attempt is put away for; null when it is not, or was handed over. */
  rest: Rest | null;
  /** Times the current attempt was lost since it last got anywhere. */
  losses: number;
  /** Retries that were chosen by the user after a failure. */
  manualRetries: number;
  /** Of those, the ones since the last attempt began: it, or a sign-in before the next one, had failed. */
  retriesSinceAttempt: number;
  /** By id, for inputs that were asked for again: how many `manualRetries` there were then. */
  inputRounds: Readonly<Record<string, number>>;
  /** Attempts they add to those of the hook's own `retries`: one for each attempt they followed. */
  grantedAttempts: number;
}

interface CheckpointWait {
  seq: number;
  checkpointId: string;
  error: TaskError;
}

/** Most checkpoints a task shows; ids that come later are left out, so that no hook can make its view endless. */
const maxCheckpoints = 1000;

export const initialHookTaskState: HookTaskState = {
  status: "PENDING",
  revision: 0,
  attempt: 0,
  attemptOpen: false,
  progress: 0,
  checkpoints: [],
  inputs: [],
  error: null,
  waiting: null,
  checkpointWaits: [],
  endedMs: 0,
  pausedMs: 0,
  startedAt: null,
  updatedAt: null,
  finishedAt: null,
  cancelRequestedAt: null,
  bundleSha256: null,
  freshBundleSha256: null,
  sourceSha256: null,
  freshSourceSha256: null,
  rest: null,
  losses: 0,
  manualRetries: 0,
  retriesSinceAttempt: 0,
  inputRounds: {},
  grantedAttempts: 0,
};

/** True for COMPLETED, SKIPPED, FAILED and CANCELLED. */
export function isTerminal(status: TaskStatus): boolean {
  return status === "COMPLETED" || status === "SKIPPED" || status === "FAILED" || status === "CANCELLED";
}

/** How long the hook was at work over all its attempts, in milliseconds; waiting for a person does not count. */
export function activeMsOf(state: HookTaskState): number {
  return state.endedMs + state.pausedMs;
}

/** The state after one journal entry. */
export function foldEntry(state: HookTaskState, entry: JournalEntry): HookTaskState {
  switch (entry.type) {
    case "attempt-started": {
      const started = applyTaskEvent(state, { type: "attempt-started", attempt: entry.attempt }, entry.at);
      const { bundleSha256, sourceSha256 = null } = entry;
      return started === state ? state : { ...started, bundleSha256, sourceSha256 };
    }
    case "effect-started": {
      if (entry.event === undefined) return state;
      const next = applyTaskEvent(state, entry.event, entry.at);
      if (entry.event.type !== "checkpoint-awaiting" || next === state) return next;
      const { id: checkpointId, error } = entry.event;
      return waitAt(next, [...state.checkpointWaits, { seq: entry.seq, checkpointId, error }]);
    }
    case "effect-completed":
      return foldCompletion(gotSomewhere(state), entry);
    case "task":
      return applyTaskEvent(state, entry.event, entry.at);
    case "effect-paused":
    case "operation":
      return state;
  }
}

/** A completion is progress: losses are counted anew. */
function gotSomewhere(state: HookTaskState): HookTaskState {
  return state.losses === 0 || isTerminal(state.status) ? state : { ...state, losses: 0 };
}

function foldCompletion(state: HookTaskState, entry: EffectCompletedEntry): HookTaskState {
  if (entry.event === undefined) return state;
  const next = applyTaskEvent(state, entry.event, entry.at);
  if (entry.event.type !== "checkpoint-answered" || next === state) return next;
  return waitAt(
    next,
    state.checkpointWaits.filter((wait) => wait.seq !== entry.seq),
  );
}

/** Of several calls that wait, people see and answer the oldest first. */
function waitAt(state: HookTaskState, checkpointWaits: CheckpointWait[]): HookTaskState {
  const oldest = checkpointWaits[0];
  if (oldest === undefined) return { ...state, checkpointWaits };
  const { seq, checkpointId, error } = oldest;
  const waiting = { kind: "checkpoint", seq, checkpointId } as const;
  return { ...state, checkpointWaits, waiting, error, status: "AWAITING_RETRY" };
}

/** The state after one event; the same object when nothing that shows has changed. */
export function applyTaskEvent(state: HookTaskState, event: TaskEvent, at: number): HookTaskState {
  if (isTerminal(state.status)) return state;
  const change = changeOf(state, event, at);
  if (change === null) return state;
  return { ...state, ...change, revision: state.revision + 1, updatedAt: at };
}

type Change = Partial<HookTaskState> | null;

function changeOf(state: HookTaskState, event: TaskEvent, at: number): Change {
  switch (event.type) {
    case "log":
    case "request":
      return null;
    case "inputs-missing":
    case "sign-in-shown":
    case "inputs-provided":
      return changeOfInputs(state, event);
    case "attempt-started":
    case "attempt-paused":
    case "attempt-resumed":
    case "attempt-failed":
    case "attempt-completed":
      return changeOfAttempt(state, event, at);
    case "checkpoints-registered":
    case "checkpoint-completed":
    case "checkpoint-message":
    case "checkpoint-skipped":
    case "checkpoint-awaiting":
    case "checkpoint-answered":
      return changeOfCheckpoint(state, event, at);
    case "awaiting-retry":
      return { status: "AWAITING_RETRY", error: event.error, waiting: { kind: "attempt" } };
    case "retry-chosen": {
      // It stays AWAITING_RETRY until the attempt begins, or something is asked for.
      const manualRetries = state.manualRetries + 1;
      const asked = (event.changeInputs ?? []).map((id): [string, number] => [id, manualRetries]);
      return {
        waiting: null,
        manualRetries,
        inputRounds: { ...state.inputRounds, ...Object.fromEntries(asked) },
        retriesSinceAttempt: state.retriesSinceAttempt + 1,
        grantedAttempts:
          state.grantedAttempts + (state.attempt > 0 && state.retriesSinceAttempt === 0 ? 1 : 0),
        freshBundleSha256: event.bundleSha256 ?? state.freshBundleSha256,
        freshSourceSha256: event.sourceSha256 ?? state.freshSourceSha256,
      };
    }
    case "cancel-requested":
      return state.cancelRequestedAt === null ? { cancelRequestedAt: at } : null;
    case "skipped":
      return {
        status: "SKIPPED",
        progress: 100,
        ...endOfTask(state, at),
        ...(event.error && { error: event.error }),
      };
    case "failed":
      return { status: "FAILED", error: event.error, ...endOfTask(state, at) };
    case "cancelled":
      return { status: "CANCELLED", ...endOfTask(state, at) };
  }
}

/** What holds at every end: nobody waits any more, and no checkpoint looks as if it went on. */
function endOfTask(state: HookTaskState, at: number) {
  const left = { active: "pending", awaiting_retry: "failed" } as const;
  const checkpoints = state.checkpoints.map((checkpoint) =>
    checkpoint.status === "active" || checkpoint.status === "awaiting_retry"
      ? { ...checkpoint, status: left[checkpoint.status] }
      : checkpoint,
  );
  return { attemptOpen: false, waiting: null, checkpointWaits: [], checkpoints, finishedAt: at };
}

type InputsEvent = Extract<TaskEvent, { type: "inputs-missing" | "sign-in-shown" | "inputs-provided" }>;

function changeOfInputs(state: HookTaskState, event: InputsEvent): Change {
  switch (event.type) {
    case "inputs-missing":
      return { status: "AWAITING_INPUT", inputs: event.inputs };
    case "sign-in-shown":
      return {
        inputs: state.inputs.map((input) =>
          input.id === event.inputId ? { ...input, authorization: event.authorization } : input,
        ),
      };
    case "inputs-provided":
      return {
        inputs: state.inputs.map((input) =>
          event.inputIds.includes(input.id) ? { ...input, state: "provided", authorization: null } : input,
        ),
      };
  }
}

type AttemptEvent = Extract<TaskEvent, { type: `attempt-${string}` }>;

function changeOfAttempt(state: HookTaskState, event: AttemptEvent, at: number): Change {
  switch (event.type) {
    case "attempt-started":
      return {
        status: "IN_PROGRESS",
        attempt: event.attempt,
        attemptOpen: true,
        progress: 0,
        checkpoints: [],
        error: null,
        waiting: null,
        checkpointWaits: [],
        pausedMs: 0,
        rest: null,
        losses: 0,
        retriesSinceAttempt: 0,
        startedAt: state.startedAt ?? at,
      };
    case "attempt-paused":
      return { pausedMs: event.activeMs, rest: toRest(event, at) };
    case "attempt-resumed":
      return {
        pausedMs: event.activeMs,
        rest: null,
        losses: event.reason === "put-away" ? 0 : state.losses + 1,
      };
    case "attempt-failed":
      return {
        status: "IN_PROGRESS",
        attemptOpen: false,
        error: event.error,
        waiting: null,
        checkpointWaits: [],
        endedMs: state.endedMs + event.activeMs,
        pausedMs: 0,
        rest: null,
        checkpoints: state.checkpoints.map((checkpoint) =>
          checkpoint.status === "active" || checkpoint.status === "awaiting_retry"
            ? { ...checkpoint, status: "failed", at: isoTime(at) }
            : checkpoint,
        ),
      };
    case "attempt-completed":
      return {
        status: "COMPLETED",
        progress: 100,
        error: null,
        endedMs: state.endedMs + event.activeMs,
        pausedMs: 0,
        ...endOfTask(state, at),
      };
  }
}

type CheckpointEvent = Extract<TaskEvent, { type: `checkpoint${string}` }>;

function changeOfCheckpoint(state: HookTaskState, event: CheckpointEvent, at: number): Change {
  switch (event.type) {
    case "checkpoints-registered": {
      const known = new Map(state.checkpoints.map((checkpoint) => [checkpoint.id, checkpoint]));
      const listed = new Map(
        event.checkpoints.map(({ id, message }): [string, CheckpointView] => [
          id,
          known.get(id) ?? { id, message, status: "pending", at: null },
        ]),
      );
      const others = state.checkpoints.filter((checkpoint) => !listed.has(checkpoint.id));
      return withCheckpoints(state, [...others, ...listed.values()].slice(0, maxCheckpoints));
    }
    case "checkpoint-completed": {
      const checkpoints = put(state, event.id, {
        status: "completed",
        at: isoTime(at),
        message: event.message,
      });
      return withCheckpoints(state, checkpoints, event.progress);
    }
    case "checkpoint-message":
      return withCheckpoints(state, put(state, event.id, { message: event.message }));
    case "checkpoint-skipped":
      return withCheckpoints(
        state,
        put(state, event.id, { status: "skipped", at: isoTime(at), message: event.message }),
      );
    case "checkpoint-awaiting":
      return {
        ...withCheckpoints(state, put(state, event.id, { status: "awaiting_retry", at: isoTime(at) })),
        status: "AWAITING_RETRY",
        error: event.error,
      };
    case "checkpoint-answered":
      return {
        ...withCheckpoints(state, put(state, event.id, { status: "pending", at: null })),
        status: "IN_PROGRESS",
        error: null,
        waiting: null,
      };
  }
}

interface CheckpointChange {
  status?: CheckpointView["status"];
  at?: string | null;
  message?: string | undefined;
}

/** The list with one checkpoint changed; an unknown id is added at the end. */
function put(state: HookTaskState, id: string, change: CheckpointChange): CheckpointView[] {
  const { message, ...rest } = change;
  const apply = (checkpoint: CheckpointView): CheckpointView => ({
    ...checkpoint,
    ...rest,
    message: message ?? checkpoint.message,
  });
  if (!state.checkpoints.some((checkpoint) => checkpoint.id === id)) {
    if (state.checkpoints.length >= maxCheckpoints) return state.checkpoints;
    return [...state.checkpoints, apply({ id, message: message ?? id, status: "pending", at: null })];
  }
  return state.checkpoints.map((checkpoint) => (checkpoint.id === id ? apply(checkpoint) : checkpoint));
}

/** Marks the first open checkpoint active and computes the progress. */
function withCheckpoints(
  state: HookTaskState,
  checkpoints: CheckpointView[],
  progress?: number,
): Pick<HookTaskState, "checkpoints" | "progress"> {
  const firstOpen = checkpoints.findIndex(({ status }) => status === "pending" || status === "active");
  const marked = checkpoints.map((checkpoint, index): CheckpointView => {
    if (checkpoint.status !== "pending" && checkpoint.status !== "active") return checkpoint;
    return { ...checkpoint, status: index === firstOpen ? "active" : "pending" };
  });
  const done = marked.filter(({ status }) => status === "completed" || status === "skipped").length;
  const computed = progress ?? Math.floor((done / Math.max(1, marked.length)) * 99);
  return { checkpoints: marked, progress: Math.max(state.progress, Math.min(100, computed)) };
}

/** Milliseconds since 1970 as ISO 8601 in UTC. */
export function isoTime(at: number): string {
  return new Date(at).toISOString();
}
