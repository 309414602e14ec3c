import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import type { HookInput, OAuthInput, Question } from "../schema/install-script.ts";

/** An answer made into the question's type, or what is wrong with it. `null` means: not answered, and need not be. */
export type AnswerCheck = { ok: true; value: JsonValue } | ({ ok: false } & AnswerFault);

/** `INPUT_REQUIRED`: nothing was answered where something must be; `INPUT_INVALID`: what was answered does not do. */
export interface AnswerFault {
  code: "INPUT_REQUIRED" | "INPUT_INVALID";
  message: string;
}

/** What is wrong with one answer; no answer to a password is in it. */
export interface AnswerProblem extends AnswerFault {
  /** The input of a hook, or the key of a question of the installation. */
  inputId: string;
  /** Where a request for an operation has it: `/answers/port`, `/inputs/token`. */
  pointer?: string;
}

/** All answers of a hook by input id, unanswered ones left out; or every problem at once. */
export type AnswersCheck = { ok: true; values: JsonObject } | { ok: false; problems: AnswerProblem[] };

const maxTextLength = 64 * 1024;

/**
 * Checks one answer. Answers may be typed or, as a command line and old catalogs have them, text: `"8080"` for a
 * number, `"True"` for a boolean. Without an answer the default counts; an empty text does not answer a required question.
 */
export function checkAnswer(question: Question, answer: JsonValue | undefined): AnswerCheck {
  if (answer !== undefined && answer !== null) return checkGiven(question, answer);
  const byDefault = checkDefault(question);
  if (byDefault !== null) return { ok: true, value: byDefault };
  return question.required === true ? missing(question) : { ok: true, value: null };
}

/** Checks the answer to a declared input: a question's, or a sign-in's result (`{[tokenField]: token}` or the token). */
export function checkInput(input: HookInput, answer: JsonValue | undefined): AnswerCheck {
  return input.type === "question" ? checkAnswer(input.question, answer) : checkSignIn(input, answer);
}

/** Checks all answers of a hook. */
export function checkAnswers(inputs: readonly HookInput[], answers: JsonObject): AnswersCheck {
  const problems: AnswerProblem[] = [];
  const values: [string, JsonValue][] = [];
  const ids = inputs.map(({ id }) => id);
  for (const unknown of Object.keys(answers).filter((id) => !ids.includes(id))) {
    const declared = ids.length === 0 ? "it declares none" : `it declares ${ids.join(", ")}`;
    const code = "INPUT_INVALID";
    problems.push({ inputId: unknown, code, message: `The hook has no input "${unknown}"; ${declared}.` });
  }
  for (const input of inputs) {
    const check = checkInput(input, Object.hasOwn(answers, input.id) ? answers[input.id] : undefined);
    if (!check.ok) problems.push({ inputId: input.id, code: check.code, message: check.message });
    else if (check.value !== null) values.push([input.id, check.value]);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, values: Object.fromEntries(values) };
}

/** The default in the question's own type; null when there is none that fits. */
export function checkDefault(question: Question): JsonValue {
  if (question.default === undefined || question.default === null) return null;
  const check = checkGiven(question, question.default);
  return check.ok ? check.value : null;
}

function checkGiven(question: Question, answer: JsonValue): AnswerCheck {
  switch (question.type) {
    case "text":
    case "password":
      return checkText(question, answer);
    case "number":
      return checkNumber(question, answer);
    case "boolean":
      return checkBoolean(question, answer);
    case "select":
      return checkSelect(question, answer);
  }
}

function checkText(question: Question, answer: JsonValue): AnswerCheck {
  const text = typeof answer === "number" ? String(answer) : answer;
  if (typeof text !== "string") return wrong(question, answer, "a text");
  if (text.length > maxTextLength) {
    return {
      ok: false,
      code: "INPUT_INVALID",
      message: `${nameOf(question)}: the answer is longer than ${maxTextLength} characters; shorten it.`,
    };
  }
  return text === "" && question.required === true ? missing(question) : { ok: true, value: text };
}

function checkNumber(question: Question, answer: JsonValue): AnswerCheck {
  if (answer === "") return question.required === true ? missing(question) : { ok: true, value: null };
  const text = typeof answer === "string" ? answer.trim() : "";
  const number = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : answer;
  return typeof number === "number" && Number.isFinite(number)
    ? { ok: true, value: number }
    : wrong(question, answer, "a number such as 8080");
}

function checkBoolean(question: Question, answer: JsonValue): AnswerCheck {
  if (typeof answer === "boolean") return { ok: true, value: answer };
  const text = typeof answer === "string" ? answer.trim().toLowerCase() : "";
  if (text === "true" || text === "yes") return { ok: true, value: true };
  if (text === "false" || text === "no") return { ok: true, value: false };
  if (answer === "") return question.required === true ? missing(question) : { ok: true, value: null };
  return wrong(question, answer, "true or false");
}

function checkSelect(question: Question, answer: JsonValue): AnswerCheck {
  const options = question.options ?? [];
  const chosen =
    options.find(({ value }) => JSON.stringify(value) === JSON.stringify(answer)) ??
    options.find(({ value }) => typeof answer === "string" && JSON.stringify(value) === answer);
  if (chosen !== undefined) return { ok: true, value: chosen.value };
  if (answer === "") return question.required === true ? missing(question) : { ok: true, value: null };
  return wrong(question, answer, `one of ${options.map(({ value }) => JSON.stringify(value)).join(", ")}`);
}

function checkSignIn(input: OAuthInput, answer: JsonValue | undefined): AnswerCheck {
  const { tokenField } = input.flow;
  if (answer === undefined || answer === null) {
    if (input.required === false) return { ok: true, value: null };
    const message = `"${input.name}" (${input.id}): sign in to answer it.`;
    return { ok: false, code: "INPUT_REQUIRED", message };
  }
  if (typeof answer === "string" && answer !== "") return { ok: true, value: { [tokenField]: answer } };
  const token = isJsonObject(answer) && Object.hasOwn(answer, tokenField) ? answer[tokenField] : undefined;
  if (typeof token === "string" && token !== "") return { ok: true, value: answer };
  return {
    ok: false,
    code: "INPUT_INVALID",
    message: `"${input.name}" (${input.id}): expected an object with a text in "${tokenField}".`,
  };
}

function missing(question: Question): AnswerCheck {
  const message = `${nameOf(question)}: no answer was given; this question must be answered.`;
  return { ok: false, code: "INPUT_REQUIRED", message };
}

function wrong(question: Question, answer: JsonValue, expected: string): AnswerCheck {
  const found = question.type === "password" ? "the answer" : JSON.stringify(answer).slice(0, 80);
  const message = `${nameOf(question)}: ${found} is not accepted; expected ${expected}.`;
  return { ok: false, code: "INPUT_INVALID", message };
}

function nameOf(question: Question): string {
  return `"${question.question}" (${question.key})`;
}
