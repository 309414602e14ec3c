import type { JsonObject, JsonValue } from "../json.ts";
import type { HookInput } from "../schema/install-script.ts";
import type { Desk } from "./desk.ts";

/*
 * The answers to a hook's inputs, which may be asked for again at a Retry.
 * 1. Each asking is a round, named by the number of Retries there were then; round 0 is before the first. Answers of a
 *    round stand, and those of earlier ones are kept beside them.
 * 2. Questions are asked all together, so they have one round; each sign-in has its own.
 * 3. What came with the install request, or from the task that is done again, belongs to round 0.
 */

/** By input id: the round that counts; 0 where there is none. */
export type InputRounds = Readonly<Record<string, number>>;

const givenAnswersKey = "given";

/** Keeps the answers that come with a task. */
export async function giveAnswers(desk: Desk, taskId: string, answers: JsonObject): Promise<void> {
  await desk.answer(taskId, givenAnswersKey, answers);
}

/** Keeps what the user has answered; false when there were answers in that round already. */
export async function keepAsked(
  desk: Desk,
  taskId: string,
  round: number,
  answers: JsonObject,
): Promise<boolean> {
  return await desk.answer(taskId, askedKey(round), answers);
}

/** What the user has answered in that round; null: nothing yet. */
export async function askedAnswers(desk: Desk, taskId: string, round: number): Promise<JsonObject | null> {
  return await desk.answers(taskId, askedKey(round));
}

/** The round in which questions were asked last. */
export function questionRound(declared: readonly HookInput[], rounds: InputRounds): number {
  const questions = declared.filter(({ type }) => type === "question");
  return Math.max(0, ...questions.map(({ id }) => roundOf(rounds, id)));
}

export function roundOf(rounds: InputRounds, inputId: string): number {
  return Object.hasOwn(rounds, inputId) ? (rounds[inputId] as number) : 0;
}

/** The answers that came with the task to those inputs that were not asked for again. */
export async function givenAnswers(
  desk: Desk,
  taskId: string,
  { declared, rounds }: { declared: readonly HookInput[]; rounds: InputRounds },
): Promise<JsonObject> {
  const given = (await desk.answers(taskId, givenAnswersKey)) ?? {};
  const round = questionRound(declared, rounds);
  const again = declared.filter(({ id, type }) => (type === "question" ? round : roundOf(rounds, id)) > 0);
  return without(
    given,
    again.map(({ id }) => id),
  );
}

/** What the questions had for answers before they were asked in that round. */
export async function answersBefore(
  desk: Desk,
  taskId: string,
  { declared, round }: { declared: readonly HookInput[]; round: number },
): Promise<JsonObject> {
  const questions = declared.filter(({ type }) => type === "question");
  const given = only((await desk.answers(taskId, givenAnswersKey)) ?? {}, questions);
  for (let earlier = round - 1; earlier >= 0; earlier -= 1) {
    const asked = await askedAnswers(desk, taskId, earlier);
    // Those of a later round hold all there was before.
    if (asked !== null) return earlier === 0 ? { ...given, ...asked } : asked;
  }
  return given;
}

function askedKey(round: number): string {
  return round === 0 ? "asked" : `asked-${round}`;
}

function only(answers: JsonObject, inputs: readonly HookInput[]): JsonObject {
  const known = inputs.filter(({ id }) => Object.hasOwn(answers, id));
  return Object.fromEntries(known.map(({ id }) => [id, answers[id] as JsonValue]));
}

function without(answers: JsonObject, ids: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(answers).filter(([id]) => !ids.includes(id)));
}
