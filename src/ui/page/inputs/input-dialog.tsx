import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { JsonValue } from "../../../json.ts";
import { ApiError } from "../../../client/api-error.ts";
import { api, ask, failureText } from "../api.ts";
import { Dialog } from "../dialog.tsx";
import { applyView } from "../live/task-store.ts";
import { announce } from "../notices.tsx";
import { useWork } from "../use-work.ts";
import type { Hook, TaskInput } from "../views.ts";
import { missingAnswers, toAnswers, type FormAnswers, type FormQuestion } from "./answers.ts";
import { QuestionField } from "./question-field.tsx";
import { SignInBlock } from "./sign-in-block.tsx";

/** All a hook asks for, in one window: its questions, and the sign-ins. It closes when nothing is open any more. */
export function InputDialog({ hook, onClose }: { hook: Hook; onClose(): void }) {
  const signIns = hook.inputs.filter(({ type }) => type === "oauth");
  const questions = hook.inputs.filter(isOpenQuestion).map(toFormQuestion);
  const isOver = hook.status !== "AWAITING_INPUT";
  useEffect(() => {
    if (!isOver) return;
    announce(`${hook.title}: nothing more to answer.`);
    onClose();
  }, [isOver]);
  return (
    <Dialog title={hook.title} onClose={onClose}>
      <div class="input-dialog">
        {signIns.map((input) => (
          <SignInBlock key={input.id} taskId={hook.id} input={input} />
        ))}
        {questions.length > 0 ? (
          <QuestionForm hook={hook} questions={questions} onClose={onClose} />
        ) : (
          <div class="dialog-actions">
            <button type="button" class="button" onClick={onClose}>
              Close
            </button>
          </div>
        )}
      </div>
    </Dialog>
  );
}

interface QuestionFormProps {
  hook: Hook;
  questions: readonly FormQuestion[];
  onClose(): void;
}

function QuestionForm({ hook, questions, onClose }: QuestionFormProps) {
  const answers = useSignal<FormAnswers>({});
  const failures = useSignal<Readonly<Record<string, string>>>({});
  const failure = useSignal("");
  const submit = useWork(async () => {
    failure.value = "";
    failures.value = missingAnswers(questions, answers.value);
    if (Object.keys(failures.value).length > 0) {
      focusFirstFailure();
      return;
    }
    try {
      const body = { answers: toAnswers(questions, answers.value) };
      applyView(await ask(api.POST("/v1/tasks/{id}/inputs", { params: { path: { id: hook.id } }, body })));
    } catch (error) {
      failures.value = perQuestion(error);
      if (Object.keys(failures.value).length === 0) failure.value = failureText(error);
      focusFirstFailure();
    }
  });

  return (
    <form onSubmit={submit.start} noValidate>
      {questions.map((question) => (
        <QuestionField
          key={question.id}
          question={question}
          answers={answers.value}
          failure={failures.value[question.id]}
          onAnswer={(value: JsonValue) => {
            answers.value = { ...answers.value, [question.id]: value };
          }}
        />
      ))}
      <p class="field-error" role="alert">
        {failure.value}
      </p>
      <div class="dialog-actions">
        <button type="button" class="button" onClick={onClose}>
          Later
        </button>
        <button type="submit" class="button primary" disabled={submit.busy}>
          Continue
        </button>
      </div>
    </form>
  );
}

/** What the server says of each answer. */
function perQuestion(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError) || error.status !== 422) return {};
  return Object.fromEntries(
    (error.problem?.errors ?? []).flatMap(({ inputId, detail }) =>
      inputId === undefined ? [] : [[inputId, detail]],
    ),
  );
}

function focusFirstFailure(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>("dialog [aria-invalid='true']")?.focus());
}

function isOpenQuestion({ type, state }: TaskInput): boolean {
  return type === "question" && state !== "provided";
}

function toFormQuestion({ id, title, description, required, question }: TaskInput): FormQuestion {
  return {
    id,
    title,
    description,
    required,
    type: question?.type ?? "text",
    default: question?.default as JsonValue | undefined,
    placeholder: question?.placeholder,
    options: (question?.options ?? []) as FormQuestion["options"],
  };
}
