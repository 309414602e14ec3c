import { TackleboxError } from "../../errors.ts";
import { checkAnswer } from "../../inputs/check-answer.ts";
import { toInputViews } from "../../inputs/input-views.ts";
import type { JsonObject } from "../../json.ts";
import type { InstallScript, Question } from "../../schema/install-script.ts";
import type { CliContext } from "../cli-context.ts";
import { createPrompts } from "../prompts.ts";

/**
 * The answers to `installation_questions`, with those asked for that need one and have none. Throws `INPUT_REQUIRED` when
 * nobody can be asked.
 */
export async function completeAnswers(
  context: CliContext,
  script: InstallScript,
  given: JsonObject,
): Promise<JsonObject> {
  const open = (script.installation_questions ?? []).filter(
    (question) => !Object.hasOwn(given, question.key) && !checkAnswer(question, null).ok,
  );
  if (open.length === 0) return given;
  if (!context.terminal.interactive) throw notAnswered(open);
  const prompts = createPrompts(context);
  const answers: JsonObject = { ...given };
  for (const question of open) {
    const [view] = toInputViews([{ type: "question", id: question.key, question }]);
    if (view !== undefined) answers[question.key] = await prompts.askQuestion(view);
  }
  return answers;
}

function notAnswered(questions: readonly Question[]): TackleboxError {
  const lines = questions.map(
    ({ key, question }) =>
      `installation question "${key}": "${question}" has no answer and no default, and nobody can be asked; ` +
      `pass --answer ${key}=VALUE, or run it on a terminal.`,
  );
  return new TackleboxError("INPUT_REQUIRED", lines.join("\n"));
}
