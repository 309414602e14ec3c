import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { JsonValue } from "../../../json.ts";
import { shownAnswer, type FormAnswers, type FormQuestion } from "./answers.ts";

interface QuestionFieldProps {
  question: FormQuestion;
  answers: FormAnswers;
  /** Why the answer was not accepted. */
  failure: string | undefined;
  onAnswer(value: JsonValue): void;
}

/** One question with its field, its description and what is wrong with its answer. */
export function QuestionField({ question, answers, failure, onAnswer }: QuestionFieldProps) {
  const id = useId();
  const { title, description, type, required } = question;
  const field = {
    id,
    required,
    "aria-invalid": failure !== undefined,
    "aria-describedby": `${id}-text ${id}-failure`,
  };
  const value = shownAnswer(question, answers);
  return (
    <div class={failure === undefined ? "field" : "field has-failure"}>
      {type === "boolean" ? (
        <label class="check">
          <input
            {...field}
            required={false}
            type="checkbox"
            checked={value === true}
            onChange={({ currentTarget }) => onAnswer(currentTarget.checked)}
          />
          {title}
        </label>
      ) : (
        <>
          <label class="field-label" for={id}>
            {title}
            {!required && <span class="muted"> (optional)</span>}
          </label>
          <AnswerField question={question} field={field} value={value} onAnswer={onAnswer} />
        </>
      )}
      <p class="field-text muted" id={`${id}-text`}>
        {description}
      </p>
      <p class="field-error" id={`${id}-failure`}>
        {failure}
      </p>
    </div>
  );
}

interface AnswerFieldProps {
  question: FormQuestion;
  field: { id: string; required: boolean; "aria-invalid": boolean; "aria-describedby": string };
  value: JsonValue;
  onAnswer(value: JsonValue): void;
}

function AnswerField({ question, field, value, onAnswer }: AnswerFieldProps) {
  const placeholder = question.placeholder ?? "";
  switch (question.type) {
    case "select":
      return (
        <select
          {...field}
          value={JSON.stringify(value)}
          onChange={({ currentTarget }) => onAnswer(parse(currentTarget.value))}
        >
          {(!question.required || value === "") && <option value='""'>Choose...</option>}
          {question.options.map(({ text, value: option }) => (
            <option key={JSON.stringify(option)} value={JSON.stringify(option)}>
              {text}
            </option>
          ))}
        </select>
      );
    case "password":
      return <PasswordField field={field} value={value} placeholder={placeholder} onAnswer={onAnswer} />;
    default:
      return (
        <input
          {...field}
          type="text"
          inputMode={question.type === "number" ? "decimal" : "text"}
          placeholder={placeholder}
          autocomplete="off"
          value={textOf(value)}
          onInput={({ currentTarget }) => onAnswer(currentTarget.value)}
        />
      );
  }
}

function PasswordField({
  field,
  value,
  placeholder,
  onAnswer,
}: Omit<AnswerFieldProps, "question"> & { placeholder: string }) {
  const visible = useSignal(false);
  return (
    <span class="password">
      <input
        {...field}
        {...(visible.value ? ({ type: "text" } as const) : ({ type: "password" } as const))}
        placeholder={placeholder}
        autocomplete="new-password"
        spellcheck={false}
        value={textOf(value)}
        onInput={({ currentTarget }) => onAnswer(currentTarget.value)}
      />
      <button
        type="button"
        class="button quiet small"
        aria-pressed={visible.value}
        onClick={() => {
          visible.value = !visible.value;
        }}
      >
        {visible.value ? "Hide" : "Show"}
      </button>
    </span>
  );
}

function textOf(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function parse(text: string): JsonValue {
  return JSON.parse(text) as JsonValue;
}
