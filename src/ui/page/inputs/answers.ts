import type { JsonObject, JsonValue } from "../../../json.ts";
import type { Question } from "../../../schema/install-script.ts";
import type { QuestionView } from "../views.ts";

/** A question as a form shows it, of an install script or of a hook's input. */
export interface FormQuestion {
  /** Key of its answer. */
  id: string;
  title: string;
  description: string | null;
  type: Question["type"];
  required: boolean;
  default: JsonValue | undefined;
  placeholder: string | undefined;
  options: readonly { text: string; value: JsonValue }[];
}

/** What has been filled in so far, by question; texts as they were typed. */
export type FormAnswers = Readonly<Record<string, JsonValue>>;

/** What a field shows: what was filled in, else the default. A select's text is its value as JSON. */
export function shownAnswer(question: FormQuestion, answers: FormAnswers): JsonValue {
  const given = answers[question.id];
  if (given !== undefined) return given;
  if (question.type === "boolean") return question.default === true;
  return question.default ?? "";
}

/**
 * The answers as the API takes them: what is shown is what is meant. An empty field is no answer; null where it was emptied,
 * so that an earlier answer does not stay.
 */
export function toAnswers(questions: readonly FormQuestion[], answers: FormAnswers): JsonObject {
  const all = questions.flatMap((question): [string, JsonValue][] => {
    const value = shownAnswer(question, answers);
    if (value !== "") return [[question.id, value]];
    return (question.default ?? "") === "" ? [] : [[question.id, null]];
  });
  return Object.fromEntries(all);
}

/** What stops the form from being sent, by question; the server has the last word. */
export function missingAnswers(
  questions: readonly FormQuestion[],
  answers: FormAnswers,
): Record<string, string> {
  const missing = questions.filter((question) => question.required && shownAnswer(question, answers) === "");
  return Object.fromEntries(missing.map(({ id }) => [id, "This question must be answered."]));
}

/** A question of an install dialog. */
export function toFormQuestion(question: QuestionView): FormQuestion {
  return {
    id: question.key,
    title: question.question,
    description: question.description,
    type: question.type,
    required: question.required,
    default: question.default as JsonValue,
    placeholder: question.placeholder ?? (question.isDefaultComputed ? "chosen for you" : undefined),
    options: question.options as FormQuestion["options"],
  };
}
