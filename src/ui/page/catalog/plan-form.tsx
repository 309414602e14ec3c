import { useSignal, type ReadonlySignal } from "@preact/signals";
import type { JsonValue } from "../../../json.ts";
import { ApiError, callApi, failureText, newIdempotencyKey } from "../api.ts";
import { missingAnswers, toFormQuestion } from "../inputs/answers.ts";
import { QuestionField } from "../inputs/question-field.tsx";
import { applyView } from "../live/task-store.ts";
import { open } from "../navigation.ts";
import { useWork } from "../use-work.ts";
import type { Operation, PlanProblem, PlanView } from "../views.ts";
import { toOperationBody, type PlanDraft } from "./plan-draft.ts";
import { PlanPermissions, PlanProblems, PlanRequirements, PlanSteps, PlanSwitches } from "./plan-view.tsx";
import type { PlanState } from "./use-plan.ts";

interface PlanFormProps {
  draft: PlanDraft;
  state: ReadonlySignal<PlanState>;
  onChange(draft: PlanDraft): void;
  onJump?(problem: PlanProblem): void;
  /** What the button says. */
  verb: string;
}

/** A plan with everything that can be chosen about it, and the button that carries it out. */
export function PlanForm({ draft, state, onChange, onJump, verb }: PlanFormProps) {
  const { plan, failure } = state.value;
  const { submit, failures, failed } = useSubmit(draft, plan);
  if (plan === null) {
    return failure === "" ? (
      <p class="muted plan-wait">Making the plan</p>
    ) : (
      <p class="hint tone-failed">{failure}</p>
    );
  }
  const questions = (plan.questions ?? []).filter(
    ({ installonly }) => installonly !== true || draft.operation === "install",
  );
  const hasErrors = !plan.valid || plan.problems.some(({ severity }) => severity === "error");
  return (
    <form class="plan-form" onSubmit={submit.start} noValidate>
      <PlanProblems problems={plan.problems} {...(onJump === undefined ? {} : { onJump })} />
      {failure !== "" && plan.problems.length === 0 && <p class="hint tone-failed">{failure}</p>}
      <PlanSwitches
        switches={draft.operation === "install" ? (plan.userOptional ?? []) : []}
        optIns={draft.optIns}
        onSwitch={(hookId, on) => onChange({ ...draft, optIns: { ...draft.optIns, [hookId]: on } })}
      />
      {questions.length > 0 && (
        <section class="plan-part" aria-label="Questions">
          {questions.map(toFormQuestion).map((question) => (
            <QuestionField
              key={question.id}
              question={question}
              answers={draft.answers}
              failure={failures.value[question.id]}
              onAnswer={(value: JsonValue) =>
                onChange({ ...draft, answers: { ...draft.answers, [question.id]: value } })
              }
            />
          ))}
        </section>
      )}
      {plan.steps !== undefined && plan.steps.length > 0 && <PlanSteps steps={plan.steps} />}
      <PlanPermissions permissions={plan.permissions ?? []} />
      <PlanRequirements plan={plan} />
      <p class="field-error" role="alert">
        {failed.value}
      </p>
      <div class="dialog-actions">
        <button type="submit" class="button primary" disabled={submit.busy || hasErrors}>
          {verb}
        </button>
      </div>
    </form>
  );
}

function useSubmit(draft: PlanDraft, plan: PlanView | null) {
  const failures = useSignal<Readonly<Record<string, string>>>({});
  const failed = useSignal("");
  // The same key as long as this form is open: pressing twice installs once.
  const key = useSignal(newIdempotencyKey());
  const submit = useWork(async () => {
    if (plan === null) return;
    failed.value = "";
    failures.value = missingAnswers((plan.questions ?? []).map(toFormQuestion), draft.answers);
    if (Object.keys(failures.value).length > 0) return;
    try {
      const task = await callApi<Operation>(draft.operation === "install" ? "/v1/installs" : "/v1/upgrades", {
        method: "POST",
        body: toOperationBody(draft, plan),
        headers: { "idempotency-key": key.value },
      });
      applyView(task);
      open({ view: "tasks", id: task.id, query: {} });
    } catch (error) {
      // The next request may be another one.
      if (error instanceof ApiError && error.status !== 0) key.value = newIdempotencyKey();
      failed.value = failureText(error);
    }
  });
  return { submit, failures, failed };
}
