import type { LogLevel } from "../../task/task-event.ts";
import type { HookTaskView, OperationTaskView, StepView } from "../../task/task-view.ts";
import type { JsonValue } from "../../json.ts";
import type { Question } from "../../schema/install-script.ts";

/** What the API answers, as far as the page shows it. The shapes of tasks are those of `src/task`. */

/** What may be done with a task now. The server says it; the page never works it out. */
export interface Action {
  name: string;
  inputId?: string;
}

export type Step = StepView;

export type Hook = Omit<HookTaskView, "actions"> & { actions: Action[] };

export type Operation = Omit<OperationTaskView, "actions"> & { actions: Action[]; children?: Hook[] };

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
  line?: number;
  column?: number;
}

export interface PlanStepView {
  kind: Step["kind"];
  title: string;
  hookId: string | null;
  runs: boolean;
  reason: string | null;
}

/** A question of the install dialog. */
export interface QuestionView {
  key: string;
  question: string;
  description: string | null;
  type: Question["type"];
  required: boolean;
  default: JsonValue;
  /** True: left unanswered, the NAS's facts or chance give the answer. */
  isDefaultComputed: boolean;
  placeholder: string | null;
  options: { text: string; value: JsonValue }[];
}

/** A hook the user may switch off, with what the author says about it. */
export interface UserSwitch {
  hookId: string;
  label: string;
  description: string | null;
  link: { url: string; label: string } | null;
  /** As the request has it. */
  isOn: boolean;
}

export interface HookPermissions {
  hookId: string;
  mayReach: { rule: string; what: string; text: string }[];
}

export interface RequirementView {
  what: string;
  /** Null: the NAS does not tell. */
  isMet: boolean | null;
  text: string;
}

/** What an install or upgrade would do. */
export interface PlanView {
  valid: boolean;
  problems: PlanProblem[];
  /** Why the request as it is would be refused although the script is good. */
  refusals: { code: string; title: string; message: string }[];
  fromVersion: string | null;
  toVersion: string | null;
  steps: PlanStepView[];
  questions: QuestionView[];
  userOptional: UserSwitch[];
  permissions: HookPermissions[];
  requirements: RequirementView[];
  values: JsonValue;
  predictedSeconds: number | null;
}

export type OperationKind = "install" | "upgrade";

export interface CatalogEntry {
  script: string;
  title: string;
  description: string | null;
  icon: string | null;
  version: string | null;
  internal: boolean;
  hooks: { id: string }[];
  problems: PlanProblem[];
  lock: "as-locked" | "changed" | "unlisted" | null;
}

export interface InstalledApp {
  name: string;
  version: string;
  state: string;
}
