import { useSignal, type ReadonlySignal } from "@preact/signals";
import type { JsonValue } from "../../../json.ts";
import { ApiError } from "../../../client/api-error.ts";
import { api, ask, failureText, newIdempotencyKey } from "../api.ts";
import { Icon } from "../icons.tsx";
import { missingAnswers, toFormQuestion, type FormQuestion } from "../inputs/answers.ts";
import { QuestionField } from "../inputs/question-field.tsx";
import { applyView } from "../live/task-store.ts";
import { open } from "../navigation.ts";
import { useWork } from "../use-work.ts";
import type { PlanProblem, Plan } from "../views.ts";
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
  const questions = (plan?.questions ?? []).map(toFormQuestion);
  const { submit, failures, failed } = useSubmit(draft, questions);
  if (plan === null) {
    return failure === "" ? (
      <p class="muted plan-wait">Making the plan</p>
    ) : (
      <p class="hint tone-failed">{failure}</p>
    );
  }
  return (
    <form class="plan-form" onSubmit={submit.start} noValidate>
      <PlanProblems problems={plan.problems} {...(onJump === undefined ? {} : { onJump })} />
      <Refusals plan={plan} />
      <PlanSwitches
        switches={plan.userOptional}
        optIns={draft.optIns}
        onSwitch={(hookId, on) => onChange({ ...draft, optIns: { ...draft.optIns, [hookId]: on } })}
      />
      {questions.length > 0 && (
        <section class="plan-part" aria-label="Questions">
          {questions.map((question) => (
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
      {plan.steps.length > 0 && <PlanSteps steps={plan.steps} />}
      <PlanPermissions permissions={plan.permissions} />
      <PlanRequirements requirements={plan.requirements} />
      <PlanValues values={plan.values} />
      <div class="dialog-actions">
        <p class="field-error" role="alert">
          {failed.value}
        </p>
        <button type="submit" class="button primary" disabled={submit.busy || !plan.valid}>
          {verb}
        </button>
      </div>
    </form>
  );
}

/** Why it would be refused as it is. What is still to be answered is told when it is sent. */
function Refusals({ plan }: { plan: Plan }) {
  const shown = plan.refusals.filter(({ code }) => code !== "INPUT_INVALID");
  return shown.map(({ code, message }) => (
    <p key={code} class="hint tone-waiting">
      {message}
    </p>
  ));
}

function PlanValues({ values }: { values: Plan["values"] }) {
  if (values === null || JSON.stringify(values) === "{}") return null;
  return (
    <details class="about">
      <summary>
        <Icon name="forward" />
        The app's values
      </summary>
      <pre class="values mono" tabindex={0}>
        {JSON.stringify(values, null, 2)}
      </pre>
    </details>
  );
}

function useSubmit(draft: PlanDraft, questions: readonly FormQuestion[]) {
  const failures = useSignal<Readonly<Record<string, string>>>({});
  const failed = useSignal("");
  // The same key as long as this form is open: pressing twice installs once.
  const key = useSignal(newIdempotencyKey());
  const submit = useWork(async () => {
    failed.value = "";
    failures.value = missingAnswers(questions, draft.answers);
    if (Object.keys(failures.value).length > 0) return;
    try {
      const request = {
        body: toOperationBody(draft, questions),
        params: { header: { "idempotency-key": key.value } },
      };
      const task = await ask(
        draft.operation === "install" ? api.POST("/v1/installs", request) : api.POST("/v1/upgrades", request),
      );
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
