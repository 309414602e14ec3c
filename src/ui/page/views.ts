import type { AppList, HookTask, OperationTask, Plan } from "../../client/api-types.ts";

/** What the API answers, by the names the page uses for it; the types are those of the OpenAPI document. */
export type Hook = HookTask;
export type Operation = OperationTask;
export type Step = OperationTask["steps"][number];
export type Checkpoint = HookTask["checkpoints"][number];
export type TaskInput = HookTask["inputs"][number];
export type Action = OperationTask["actions"][number];

export type PlanProblem = Pick<Plan["problems"][number], "severity" | "code" | "message"> & {
  line?: number;
  column?: number;
};
export type PlanStepView = Plan["steps"][number];
export type QuestionView = Plan["questions"][number];
export type UserSwitch = Plan["userOptional"][number];
export type HookPermissions = Plan["permissions"][number];
export type RequirementView = Plan["requirements"][number];
export type InstalledApp = AppList["items"][number];
export type OperationKind = Plan["operation"];

export type {
  CatalogEntry,
  History,
  Log,
  LogRow,
  Plan,
  Task,
  TaskError,
  TaskList,
} from "../../client/api-types.ts";
