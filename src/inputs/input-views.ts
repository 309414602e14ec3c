import type { JsonObject, JsonValue } from "../json.ts";
import type { HookInput, QuestionInput } from "../schema/install-script.ts";
import type { SignInView, TaskInputView } from "../task/task-event.ts";
import { checkDefault } from "./check-answer.ts";

/** What is known about a hook's inputs so far. */
export interface InputProgress {
  /** Ids that have an answer. */
  provided?: readonly string[];
  /** Sign-ins that are waiting for the user, by input id. */
  authorizations?: Readonly<Record<string, SignInView>>;
  /** Why the last answer was not accepted, by input id. */
  errors?: Readonly<Record<string, string>>;
  /** Answers of an earlier asking, by input id: what is left out stays so. */
  before?: JsonObject;
}

/** Declared inputs as tasks show them; answers, tokens and password defaults are never in here. */
export function toInputViews(inputs: readonly HookInput[], progress: InputProgress = {}): TaskInputView[] {
  return inputs.map((input) => {
    const error = own(progress.errors, input.id);
    const before = own(progress.before, input.id);
    const isProvided = progress.provided?.includes(input.id) === true;
    const view: TaskInputView = {
      id: input.id,
      type: input.type,
      title: input.type === "oauth" ? input.name : input.question.question,
      description: (input.type === "oauth" ? input.description : input.question.description) ?? null,
      state: isProvided ? "provided" : error === undefined ? "waiting" : "failed",
      required:
        input.type === "oauth"
          ? input.required !== false
          : input.question.required === true && before === undefined,
    };
    if (input.type === "oauth") {
      view.provider = input.provider;
      view.authorization = isProvided ? null : (own(progress.authorizations, input.id) ?? null);
    } else {
      view.question = toQuestionView(input, before);
    }
    if (error !== undefined && !isProvided) view.error = error;
    return view;
  });
}

function toQuestionView(
  { question }: QuestionInput,
  before: JsonValue | undefined,
): NonNullable<TaskInputView["question"]> {
  const initial = question.type === "password" ? null : (before ?? checkDefault(question));
  const isHidden = question.type === "password" && before !== undefined;
  return {
    type: question.type,
    key: question.key,
    ...(initial === null ? {} : { default: initial }),
    ...(isHidden ? { placeholder: "unchanged" } : placeholderOf(question)),
    ...(question.options === undefined ? {} : { options: question.options }),
  };
}

function placeholderOf({ placeholder }: QuestionInput["question"]): { placeholder?: string } {
  return placeholder === undefined ? {} : { placeholder };
}

function own<T>(record: Readonly<Record<string, T>> | undefined, id: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, id) ? record[id] : undefined;
}
