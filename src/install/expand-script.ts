import { randomInt } from "node:crypto";
import { TackleboxError } from "../errors.ts";
import { AnswersRejectedError, problemInRequest } from "../inputs/answers-rejected.ts";
import { checkAnswer, type AnswerProblem } from "../inputs/check-answer.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import { expandText, expandValues } from "../macros/expand-values.ts";
import type { MacroFacts } from "../macros/macro-facts.ts";
import type { NasDirectory, NasFacts } from "../nas/nas-driver.ts";
import type { InstallScript, Question } from "../schema/install-script.ts";

/**
 * What was settled once for an app and must stay: an upgrade with another random string would lock an app out of its
 * own database.
 */
export interface AppChoices {
  /** Answers to `installation_questions`, by key. */
  answers: JsonObject;
  /** Random strings, by place and length. */
  randomStrings: Record<string, string>;
}

export interface ExpandRequest {
  script: InstallScript;
  /** Its name, for messages. */
  scriptFile: string;
  operation: "install" | "upgrade";
  facts: NasFacts;
  /** Answers to `installation_questions`, by key. */
  answers: JsonObject;
  /** Of an earlier operation on the app. */
  kept: AppChoices | null;
}

export interface ExpandedScript {
  values: JsonObject;
  directories: NasDirectory[];
  choices: AppChoices;
}

/**
 * Expands the macros of `app_values` and `ensure_directories_exists`. Throws `INPUT_INVALID` for answers that do not
 * fit, all of them at once, and `MACRO_VALUE`.
 */
export function expandScript(request: ExpandRequest): ExpandedScript {
  const randomStrings = { ...request.kept?.randomStrings };
  const withoutAnswers = {
    ...request.facts,
    answers: {},
    randomString: rememberingRandomString(randomStrings),
  };
  const answers = settleAnswers(request, withoutAnswers);
  const facts: MacroFacts = { ...withoutAnswers, answers };
  const { script, scriptFile } = request;
  return {
    values: expandAll(script.app_values ?? {}, facts, scriptFile),
    directories: request.operation === "install" ? expandDirectories(script, facts, scriptFile) : [],
    choices: { answers, randomStrings },
  };
}

function settleAnswers(request: ExpandRequest, facts: MacroFacts): JsonObject {
  const { script, scriptFile } = request;
  // An upgrade asks nothing again.
  const kept = request.operation === "upgrade" ? (request.kept?.answers ?? {}) : {};
  const given: JsonObject = { ...kept, ...request.answers };
  const settled: [string, JsonValue][] = [];
  const problems: AnswerProblem[] = [];
  for (const [index, question] of (script.installation_questions ?? []).entries()) {
    const { key } = question;
    const answer = Object.hasOwn(given, key) ? given[key] : undefined;
    const check = checkAnswer(withExpandedDefault(question, index, { facts, scriptFile }), answer);
    if (check.ok) settled.push([key, check.value ?? ""]);
    else {
      const message = `"${key}": ${check.message}`;
      problems.push(problemInRequest("answers", key, { ...check, message }));
    }
  }
  if (problems.length > 0) {
    throw new AnswersRejectedError(`${scriptFile}, installation_questions`, problems);
  }
  return Object.fromEntries(settled);
}

/** Defaults may hold macros (`$RANDOM_STRING(16)` for a password); what a user types is never expanded. */
function withExpandedDefault(
  question: Question,
  index: number,
  { facts, scriptFile }: { facts: MacroFacts; scriptFile: string },
): Question {
  if (typeof question.default !== "string") return question;
  const pointer = `/installation_questions/${index}/default`;
  const { text, problems } = expandText(question.default, facts, pointer);
  if (problems.length > 0) throw macroError(scriptFile, problems);
  return { ...question, default: text };
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** `$RANDOM_STRING` at one place of the script is one value, however often it is expanded. */
function rememberingRandomString(known: Record<string, string>): MacroFacts["randomString"] {
  return (place, length) => {
    const key = `${place} ${length}`;
    known[key] ??= Array.from({ length }, () => letters[randomInt(letters.length)]).join("");
    return known[key];
  };
}

function expandAll(values: JsonObject, facts: MacroFacts, file: string): JsonObject {
  const { value, problems } = expandValues(values, facts, "/app_values");
  if (problems.length > 0) throw macroError(file, problems);
  return isJsonObject(value) ? value : {};
}

function expandDirectories(script: InstallScript, facts: MacroFacts, file: string): NasDirectory[] {
  return (script.ensure_directories_exists ?? []).map((directory, index) => {
    const { text, problems } = expandText(directory.path, facts, `/ensure_directories_exists/${index}/path`);
    if (problems.length > 0) throw macroError(file, problems);
    const { owner, snapshot } = directory;
    return {
      path: text,
      ...(owner === undefined ? {} : { owner: typeof owner === "string" ? { user: owner } : owner }),
      ...(snapshot === undefined ? {} : { snapshotId: snapshot.id }),
    };
  });
}

function macroError(file: string, problems: readonly { pointer: string; message: string }[]): TackleboxError {
  return new TackleboxError("MACRO_VALUE", `${file}: ${problems.map(({ message }) => message).join(" ")}`);
}
