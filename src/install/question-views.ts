import { checkDefault } from "../inputs/check-answer.ts";
import type { JsonValue } from "../json.ts";
import { macrosIn } from "../macros/macro-tree.ts";
import { parseMacros } from "../macros/parse-macros.ts";
import type { Question } from "../schema/install-script.ts";

/** A question of the install dialog as people outside see it; a password's default never is. */
export interface QuestionView {
  key: string;
  question: string;
  description: string | null;
  type: Question["type"];
  /** False too where nothing need be typed because the default is computed. */
  required: boolean;
  /** Null: none, or one that is not shown. */
  default: JsonValue;
  /** True: left unanswered, the NAS's facts or chance give the answer (`$RANDOM_STRING(16)`). */
  isDefaultComputed: boolean;
  placeholder: string | null;
  options: { text: string; value: JsonValue }[];
  installOnly: boolean;
}

export function toQuestionView(question: Question): QuestionView {
  const isDefaultComputed =
    typeof question.default === "string" && [...macrosIn(parseMacros(question.default).parts)].length > 0;
  const isShown = !isDefaultComputed && question.type !== "password";
  return {
    key: question.key,
    question: question.question,
    description: question.description ?? null,
    type: question.type,
    required: question.required === true && !isDefaultComputed,
    default: isShown ? checkDefault(question) : null,
    isDefaultComputed,
    placeholder: question.placeholder ?? null,
    options: question.options ?? [],
    installOnly: question.installonly === true,
  };
}
