import type { LogLevel } from "../../task/task-event.ts";
import type { HookTaskView, OperationTaskView, StepView } from "../../task/task-view.ts";
import type { JsonValue } from "../../json.ts";
import type { HookEvent, Question } from "../../schema/install-script.ts";

/** What the API answers, as far as the page shows it. The shapes of tasks are those of `src/task`. */

/** What may be done with a task now. The server says it; the page never works it out. */
export interface Action {
  name: string;
  inputId?: string;
}

interface Common {
  actions: Action[];
  labels?: Record<string, string>;
  retryOf?: string | null;
  /** How long it usually takes, in seconds. */
  predictedSeconds?: number | null;
}

export type Step = StepView & { startedAt?: string | null; finishedAt?: string | null };

export type Hook = Omit<HookTaskView, "actions"> & Common & { sourceSha256?: string | null };

export type Operation = Omit<OperationTaskView, "actions" | "steps"> &
  Common & { steps: Step[]; dismissedAt?: string | null; children?: Hook[] };

export type Task = Hook | Operation;

export interface TaskPage<T> {
  items: T[];
  nextCursor: string | null;
}

export interface HistoryPage extends TaskPage<Hook> {
  retention?: { afterEndSeconds: number | null; maxOperations: number | null; answers: JsonValue };
}

export interface LogRow {
  taskId: string;
  hookId: string;
  attempt: number;
  at: string;
  level: LogLevel;
  message: string;
  cursor: string;
}

export interface LogPage {
  items: LogRow[];
  next: string | null;
}

/** One thing wrong with an install script, at its place. */
export interface PlanProblem {
  severity: "error" | "warning";
  code: string;
  message: string;
  pointer?: string;
  line?: number | null;
  column?: number | null;
}

export interface PlanStepView {
  kind: string;
  title: string;
  hookId?: string | null;
  runs: boolean;
  reason?: string | null;
}

/** A hook the user may switch off, with what the author says about it. */
export interface UserSwitch {
  hookId: string;
  label: string;
  description?: string | null;
  default?: boolean;
  link?: { url: string; label: string } | null;
}

export interface HookPermissions {
  hookId: string;
  mayReach: { rule: string; what: string; text: string }[];
}

/** What an install or upgrade would do. */
export interface PlanView {
  valid: boolean;
  problems: PlanProblem[];
  appName?: string | null;
  operation: OperationKind;
  fromVersion?: string | null;
  toVersion?: string | null;
  steps?: PlanStepView[];
  questions?: Question[];
  userOptional?: UserSwitch[];
  permissions?: HookPermissions[];
  requirements?: {
    locations?: string[];
    specifications?: string[];
    permissions?: string[];
    ports?: number[];
  } | null;
  values?: JsonValue;
}

export type OperationKind = "install" | "upgrade";

export interface CatalogHook {
  id: string;
  event: HookEvent;
  description?: string | null;
}

export interface CatalogEntry {
  script: string;
  title: string;
  description?: string | null;
  icon?: string | null;
  version?: string | null;
  internal?: boolean;
  hooks?: CatalogHook[];
  problems?: PlanProblem[];
}

export interface InstalledApp {
  name: string;
  version: string;
  state: string;
}
