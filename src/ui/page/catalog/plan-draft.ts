import { toAnswers, type FormAnswers, type FormQuestion } from "../inputs/answers.ts";
import type { OperationKind } from "../views.ts";

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

/** The draft as a request for an operation, given the questions it is known to ask. */
export function toOperationBody(draft: PlanDraft, questions: readonly FormQuestion[]) {
  const { source, operation, appName, optIns, answers } = draft;
  return {
    ...source,
    ...(appName === "" ? {} : { appName }),
    ...(operation === "install" ? { optIns: { ...optIns } } : {}),
    answers: toAnswers(questions, answers),
  };
}

/** The draft as a request for its plan: with the answers given so far, whether or not they are all. */
export function toPlanBody(draft: PlanDraft) {
  const given = Object.fromEntries(Object.entries(draft.answers).filter(([, value]) => value !== ""));
  return { ...toOperationBody(draft, []), operation: draft.operation, answers: given };
}
