import { errorCatalogue } from "../errors.ts";
import type { JournalEntry } from "../journal/entry.ts";
import type { JsonObject } from "../json.ts";
import type { NasDirectory, NasJobMethod, NasJobRef } from "../nas/nas-driver.ts";
import type { HookTaskRecord } from "./hook-task.ts";
import type { NasBefore, OperationEvent } from "./operation-event.ts";
import type { TaskError, TaskStatus } from "./task-event.ts";
import { isTerminal, isoTime } from "./task-state.ts";
import type { HookTaskView, OperationTaskView, StepView, TaskAction } from "./task-view.ts";

/** What an install or upgrade is from its beginning on; kept sealed, because `values` holds answers. */
export interface OperationRecord {
  id: string;
  operation: "install" | "upgrade";
  appName: string;
  /** Name in the NAS's app catalog; null for a custom app. */
  catalogApp: string | null;
  train: string;
  fromVersion: string | null;
  toVersion: string;
  /** `app_values` with macros expanded. */
  values: JsonObject;
  directories: NasDirectory[];
  steps: OperationStep[];
  /** Where the hooks came from, for a Retry that compiles them as they are now, and what they must be then too. */
  source: {
    scriptFile: string;
    /** Absolute path. */
    catalogRoot: string | null;
    expectedSha256?: Record<string, string>;
    ignoreLock?: boolean;
  };
  interactive: boolean;
  createdAt: number;
  /** In place of "Install" or "Upgrade" with the app's name. */
  title?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  /** The ended task this one does again. */
  retryOf?: string;
  /** Seconds its planned steps usually take here, as known at the beginning. */
  predictedSeconds?: number;
}

export type OperationStep =
  | { kind: "directories"; title: string }
  | { kind: "hook"; title: string; hookId: string; reason: string; task: HookTaskRecord | null }
  | { kind: "app"; title: string; method: NasJobMethod }
  | { kind: "running"; title: string };

export interface OperationState {
  status: TaskStatus;
  revision: number;
  steps: StepState[];
  error: TaskError | null;
  progressText: string | null;
  startedAt: number | null;
  updatedAt: number | null;
  finishedAt: number | null;
  cancelRequestedAt: number | null;
  dismissedAt: number | null;
}

export interface StepState {
  status: TaskStatus;
  progress: number;
  taskId: string | null;
  /** The NAS was about to be called, or has been. */
  job: "none" | "starting" | NasJobRef;
  /** What the NAS knew before it was called. */
  before: NasBefore;
  /** How often the user chose Retry for this step. */
  retries: number;
  startedAt: number | null;
  finishedAt: number | null;
  /** How long it was at work in all, for a hook without its waits for people; null while it is not done. */
  activeMs: number | null;
}

/** Nothing has happened yet; hooks that do not run are skipped from the start. */
export function initialOperationState(record: OperationRecord): OperationState {
  return {
    status: "PENDING",
    revision: 0,
    steps: record.steps.map((step) => ({
      status: isPlanned(step) ? "PENDING" : "SKIPPED",
      progress: isPlanned(step) ? 0 : 100,
      taskId: null,
      job: "none",
      before: { job: null, version: null },
      retries: 0,
      startedAt: null,
      finishedAt: null,
      activeMs: null,
    })),
    error: null,
    progressText: null,
    startedAt: null,
    updatedAt: null,
    finishedAt: null,
    cancelRequestedAt: null,
    dismissedAt: null,
  };
}

/** False for a hook that does not run. */
function isPlanned(step: OperationStep): boolean {
  return step.kind !== "hook" || step.task !== null;
}

/** The state after one entry of the operation's journal; terminal states never reopen, but can be dismissed. */
export function foldOperationEntry(state: OperationState, entry: JournalEntry): OperationState {
  if (entry.type !== "operation") return state;
  const isDismissal = entry.event.type === "dismissed" && state.dismissedAt === null;
  if (isTerminal(state.status) !== isDismissal) return state;
  return {
    ...state,
    ...changeOf(state, entry.event, entry.at),
    revision: state.revision + 1,
    updatedAt: entry.at,
  };
}

function changeOf(state: OperationState, event: OperationEvent, at: number): Partial<OperationState> {
  switch (event.type) {
    case "step-started":
      return {
        status: "IN_PROGRESS",
        startedAt: state.startedAt ?? at,
        ...putStep(state, event.index, {
          status: "IN_PROGRESS",
          startedAt: state.steps[event.index]?.startedAt ?? at,
        }),
      };
    case "step-progress": {
      const progress = Math.max(state.steps[event.index]?.progress ?? 0, event.percent);
      return { progressText: event.text, ...putStep(state, event.index, { progress }) };
    }
    case "hook-started":
      return putStep(state, event.index, { taskId: event.taskId });
    case "job-starting":
      return putStep(state, event.index, { job: "starting", before: event.before });
    case "job-started":
      return putStep(state, event.index, { job: event.ref });
    case "step-ended": {
      const progress = event.status === "COMPLETED" || event.status === "SKIPPED" ? { progress: 100 } : {};
      return {
        error: event.error ?? null,
        progressText: null,
        ...putStep(state, event.index, {
          status: event.status,
          finishedAt: at,
          activeMs: activeMsOf(state.steps[event.index], event, at),
          ...progress,
        }),
      };
    }
    case "step-awaiting-retry":
      return {
        status: "AWAITING_RETRY",
        error: event.error,
        ...putStep(state, event.index, { status: "AWAITING_RETRY" }),
      };
    case "step-retried": {
      const retries = (state.steps[event.index]?.retries ?? 0) + 1;
      const job = isJobOver(state.error) ? ({ job: "none" } as const) : {};
      const step = { status: "PENDING", ...job, progress: 0, retries } as const;
      return { status: "IN_PROGRESS", error: null, ...putStep(state, event.index, step) };
    }
    case "cancel-requested":
      return { cancelRequestedAt: state.cancelRequestedAt ?? at };
    case "operation-ended":
      return { status: event.status, error: event.error ?? null, progressText: null, finishedAt: at };
    case "dismissed":
      return { dismissedAt: at };
  }
}

/** True when the NAS refused the job, ended it badly or has forgotten it: Retry calls the NAS again then, and else asks it first. */
function isJobOver(error: TaskError | null): boolean {
  if (error === null) return false;
  const { code } = error;
  return (
    code === "APP_JOB_FAILED" || code === "NAS_JOB_UNKNOWN" || errorCatalogue[code].consequence === "request"
  );
}

/** A hook says it itself; a step on the NAS that was retried has waited for a person. */
function activeMsOf(
  step: StepState | undefined,
  event: Extract<OperationEvent, { type: "step-ended" }>,
  at: number,
): number | null {
  if (event.status !== "COMPLETED" || step === undefined) return null;
  if (step.taskId !== null) return event.activeMs ?? null;
  return step.startedAt === null || step.retries > 0 ? null : at - step.startedAt;
}

function putStep(
  state: OperationState,
  index: number,
  change: Partial<StepState>,
): Pick<OperationState, "steps"> {
  return { steps: state.steps.map((step, at) => (at === index ? { ...step, ...change } : step)) };
}

/** Index of the first step that is still to be done; null when all are done. */
export function nextStepIndex(state: OperationState): number | null {
  const index = state.steps.findIndex((step) => !isTerminal(step.status));
  return index < 0 ? null : index;
}

/** What an operation needs to know of a hook task of its. */
type HookStanding = Pick<HookTaskView, "status" | "progress" | "revision" | "updatedAt">;

/** What people and programs outside see; `hooks` are the states of the hook tasks by task id. */
export function toOperationView(
  record: OperationRecord,
  state: OperationState,
  hooks: ReadonlyMap<string, HookStanding> = new Map(),
): OperationTaskView {
  const isOver = isTerminal(state.status);
  const steps = record.steps.map((step, index) =>
    toStepView(step, endOf(state.steps[index] as StepState, isOver), hooks),
  );
  const status = statusOf(state, steps);
  const finished = state.status === "COMPLETED";
  const planned = steps.filter((_step, index) => isPlanned(record.steps[index] as OperationStep));
  const total = planned.reduce((sum, step) => sum + step.progress, 0);
  return {
    kind: "operation",
    id: record.id,
    type: record.operation === "install" ? "APP_INSTALL" : "APP_UPGRADE",
    status,
    outcome: finished ? (hasSkippedHook(record, state) ? "completed_with_skips" : "completed") : null,
    // A change of a hook is one of its operation.
    revision: [...hooks.values()].reduce((sum, hook) => sum + hook.revision, state.revision),
    appName: record.appName,
    title: record.title ?? `${record.operation === "install" ? "Install" : "Upgrade"} ${record.appName}`,
    fromVersion: record.fromVersion,
    toVersion: record.toVersion,
    progress: finished ? 100 : Math.floor(total / Math.max(1, planned.length)),
    progressText: state.progressText,
    steps,
    error: state.error,
    createdAt: isoTime(record.createdAt),
    startedAt: state.startedAt === null ? null : isoTime(state.startedAt),
    updatedAt: latestOf([isoTime(state.updatedAt ?? record.createdAt), ...updatesOf(hooks)]),
    finishedAt: state.finishedAt === null ? null : isoTime(state.finishedAt),
    cancelRequestedAt: state.cancelRequestedAt === null ? null : isoTime(state.cancelRequestedAt),
    actions: actionsOf(state),
    labels: record.labels ?? {},
    annotations: record.annotations ?? {},
    retryOf: record.retryOf ?? null,
    dismissedAt: state.dismissedAt === null ? null : isoTime(state.dismissedAt),
    predictedSeconds: record.predictedSeconds ?? null,
  };
}

const updatesOf = (hooks: ReadonlyMap<string, HookStanding>): string[] =>
  [...hooks.values()].map(({ updatedAt }) => updatedAt);

/** Of times in ISO 8601 and UTC. */
const latestOf = (times: string[]): string => times.reduce((latest, time) => (time > latest ? time : latest));

/** What never began was cancelled when its operation ended; nobody writes that to the journal. */
const endOf = (step: StepState, isOver: boolean): StepState =>
  isOver && !isTerminal(step.status) ? { ...step, status: "CANCELLED" } : step;

function toStepView(
  step: OperationStep,
  state: StepState,
  hooks: ReadonlyMap<string, HookStanding>,
): StepView {
  const hook = state.taskId === null ? undefined : hooks.get(state.taskId);
  const live = isTerminal(state.status) ? undefined : hook;
  return {
    kind: step.kind,
    title: step.title,
    status: live?.status ?? state.status,
    progress: live?.progress ?? state.progress,
    taskId: state.taskId,
    hookId: step.kind === "hook" ? step.hookId : null,
    reason: step.kind === "hook" ? step.reason : null,
    startedAt: state.startedAt === null ? null : isoTime(state.startedAt),
    finishedAt: state.finishedAt === null ? null : isoTime(state.finishedAt),
  };
}

/** A hook that waits makes the whole operation wait. */
function statusOf(state: OperationState, steps: StepView[]): TaskStatus {
  if (isTerminal(state.status) || state.status === "PENDING") return state.status;
  const waits = steps.find((step) => step.status === "AWAITING_RETRY" || step.status === "AWAITING_INPUT");
  return waits?.status ?? "IN_PROGRESS";
}

function hasSkippedHook(record: OperationRecord, state: OperationState): boolean {
  return record.steps.some((step, index) => isPlanned(step) && state.steps[index]?.status === "SKIPPED");
}

function actionsOf(state: OperationState): TaskAction[] {
  if (isTerminal(state.status))
    return [{ name: "rerun" }, ...(state.dismissedAt === null ? [{ name: "dismiss" } as const] : [])];
  if (state.cancelRequestedAt !== null) return [];
  if (state.status === "AWAITING_RETRY") return [{ name: "retry" }, { name: "cancel" }];
  return [{ name: "cancel" }];
}
