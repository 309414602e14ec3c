import type { JsonObject } from "../../../json.ts";
import type { FormAnswers } from "../inputs/answers.ts";
import { toAnswers, toFormQuestion } from "../inputs/answers.ts";
import type { OperationKind, PlanView } from "../views.ts";

/** Where the script of an operation comes from. */
export type ScriptSource = { catalogScript: string } | { script: string; scriptFile: string };

/** What the user has chosen so far for an install or upgrade. */
export interface PlanDraft {
  source: ScriptSource;
  operation: OperationKind;
  /** Empty: as the script's file is called. */
  appName: string;
  optIns: Readonly<Record<string, boolean>>;
  answers: FormAnswers;
}

/** The draft as a request for a plan; answers are left out, since they do not change which hooks run. */
export function toPlanBody({ source, operation, appName, optIns }: PlanDraft): JsonObject {
  return {
    ...source,
    operation,
    ...(appName === "" ? {} : { appName }),
    ...(operation === "install" ? { optIns: { ...optIns } } : {}),
  };
}

/** The draft as a request for the operation itself. */
export function toOperationBody(draft: PlanDraft, plan: PlanView): JsonObject {
  const { operation: _operation, ...body } = toPlanBody(draft);
  const questions = (plan.questions ?? []).map(toFormQuestion);
  return { ...body, answers: toAnswers(questions, draft.answers) };
}
