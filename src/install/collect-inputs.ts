import { isDeepStrictEqual } from "node:util";
import { checkAnswers, checkDefault } from "../inputs/check-answer.ts";
import { toInputViews } from "../inputs/input-views.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import type { HookInput, OAuthInput, QuestionInput } from "../schema/install-script.ts";
import type { HookTaskRecord } from "../task/hook-task.ts";
import type { SignInView, TaskError, TaskEvent } from "../task/task-event.ts";
import type { HookTaskState } from "../task/task-state.ts";
import { answersBefore, askedAnswers, givenAnswers, questionRound, roundOf } from "./answer-rounds.ts";
import type { Desk } from "./desk.ts";
import type { Runtime } from "./runtime.ts";
import { readHookState } from "./task-journal.ts";
import { findTurn, signInKeys, type SignInTurn } from "./sign-in-requests.ts";
import type { SignInResult } from "./sign-ins.ts";
import { plainTaskError } from "./to-task-error.ts";

/** Where the answers to a hook's inputs stand. */
export type CollectedInputs =
  | { kind: "ready"; values: JsonObject }
  | { kind: "waiting" }
  | { kind: "skipped" }
  | { kind: "failed"; error: TaskError };

/** Key of a Skip while the task waits for inputs; each time they are asked for has its own. */
export function inputsWaitKeyOf({ attempt, manualRetries }: HookTaskState): string {
  return `inputs-${attempt}-${manualRetries}`;
}

/**
 * Finds the answers to a hook's declared inputs and asks for those that are missing. What is asked again changes
 * nothing: answers are state on the desk.
 */
export async function collectInputs(
  runtime: Runtime,
  record: HookTaskRecord,
  state: HookTaskState,
  add: (...events: TaskEvent[]) => Promise<void>,
): Promise<CollectedInputs> {
  const declared = record.hook.inputs ?? [];
  if (declared.length === 0) return { kind: "ready", values: {} };
  if ((await runtime.desk.decision(record.id, inputsWaitKeyOf(state)))?.action === "skip") {
    runtime.signIns.stop(record.id);
    return { kind: "skipped" };
  }
  const found = await findAnswers(runtime, record, declared, state);
  if (found.failed !== null) return { kind: "failed", error: found.failed };
  const missing = declared.filter(
    (input) => !Object.hasOwn(found.answers, input.id) && isAsked(input, record, found),
  );
  if (missing.length > 0 && record.interactive) {
    await ask({ runtime, record, state, add, declared, missing, found });
    return { kind: "waiting" };
  }
  const checked = checkAnswers(declared, found.answers);
  if (!checked.ok) {
    const text = checked.problems.map((problem) => problem.message).join(" ");
    if (state.status === "PENDING") {
      const errors = Object.fromEntries(checked.problems.map(({ inputId, message }) => [inputId, message]));
      await add({ type: "inputs-missing", inputs: toInputViews(declared, { errors }) });
    }
    return { kind: "failed", error: plainTaskError("INPUT_REQUIRED", `hook "${record.hook.id}": ${text}`) };
  }
  if (state.inputs.some((input) => input.state === "waiting")) {
    await add({ type: "inputs-provided", inputIds: declared.map(({ id }) => id) });
  }
  return { kind: "ready", values: checked.values };
}

/** How often a task's inputs were asked for. */
type Asking = Pick<HookTaskState, "manualRetries" | "inputRounds">;

interface FoundAnswers {
  answers: JsonObject;
  /** Questions were put to the user and the dialog was sent. */
  asked: boolean;
  /** Where each sign-in stands. */
  turns: Map<string, SignInTurn>;
  /** Sign-ins that did not come about and need not; the hook does without. */
  declined: string[];
  failed: TaskError | null;
}

async function findAnswers(
  runtime: Runtime,
  record: HookTaskRecord,
  declared: readonly HookInput[],
  asking: Asking,
): Promise<FoundAnswers> {
  const { desk } = runtime;
  const { inputRounds: rounds } = asking;
  const [given, asked] = await Promise.all([
    givenAnswers(desk, record.id, { declared, rounds }),
    askedAnswers(desk, record.id, questionRound(declared, rounds)),
  ]);
  const found: FoundAnswers = {
    answers: { ...given, ...asked },
    asked: asked !== null,
    turns: new Map(),
    declined: [],
    failed: null,
  };
  for (const input of declared) {
    if (input.type !== "oauth" || Object.hasOwn(found.answers, input.id)) continue;
    const { turn, result } = await findSignIn(desk, record.id, input, asking);
    found.turns.set(input.id, turn);
    if (result?.ok === true) found.answers[input.id] = result.value;
    else if (input.required === false) {
      if (result !== null || !turn.isWanted) found.declined.push(input.id);
    } else if (result !== null) {
      const detail = `hook "${record.hook.id}", input "${input.id}": ${result.message}`;
      found.failed ??= plainTaskError(result.code, detail);
    }
  }
  return found;
}

/**
 * The latest sign-in for an input, and its result; each Retry may begin one more where the one before came to nothing, or was
 * asked for again.
 */
export async function findSignIn(
  desk: Desk,
  taskId: string,
  input: OAuthInput,
  { manualRetries, inputRounds }: Asking,
): Promise<{ turn: SignInTurn; result: SignInResult | null }> {
  for (let round = roundOf(inputRounds, input.id); ; round += 1) {
    const turn = await findTurn(desk, taskId, input.id, round);
    const result = (await desk.answers(taskId, signInKeys(input.id, turn).result)) as SignInResult | null;
    if (result === null || result.ok || input.required === false || round >= manualRetries)
      return { turn, result };
  }
}

/** The answers of a task that are still kept, sign-ins included, by input id. */
export async function keptAnswers(runtime: Runtime, record: HookTaskRecord): Promise<JsonObject> {
  const declared = record.hook.inputs ?? [];
  if (declared.length === 0) return {};
  const { inputRounds } = await readHookState(runtime, record.id);
  const asking = { manualRetries: Number.POSITIVE_INFINITY, inputRounds };
  const { answers } = await findAnswers(runtime, record, declared, asking);
  const kept = declared.filter(({ id }) => Object.hasOwn(answers, id));
  return Object.fromEntries(kept.map(({ id }) => [id, answers[id] as JsonValue]));
}

/** Questions are asked once; a sign-in as long as it has no result. */
function isAsked(input: HookInput, record: HookTaskRecord, found: FoundAnswers): boolean {
  if (input.type === "oauth") {
    return !found.declined.includes(input.id) && (input.required !== false || record.interactive);
  }
  return (
    !found.asked &&
    (record.interactive || (input.question.required === true && checkDefault(input.question) === null))
  );
}

async function ask(request: {
  runtime: Runtime;
  record: HookTaskRecord;
  state: HookTaskState;
  add: (...events: TaskEvent[]) => Promise<void>;
  declared: readonly HookInput[];
  missing: readonly HookInput[];
  found: FoundAnswers;
}): Promise<void> {
  const { runtime, record, state, add, declared, missing, found } = request;
  const provided = declared.filter((input) => !missing.includes(input)).map((input) => input.id);
  if (state.status !== "AWAITING_INPUT" || state.inputs.length === 0) {
    const round = questionRound(declared, state.inputRounds);
    const before = round === 0 ? {} : await answersBefore(runtime.desk, record.id, { declared, round });
    await add({ type: "inputs-missing", inputs: toInputViews(declared, { provided, before }) });
  } else if (state.inputs.some((input) => input.state === "waiting" && provided.includes(input.id))) {
    await add({ type: "inputs-provided", inputIds: provided });
  }
  const signIns = missing.filter((input): input is OAuthInput => input.type === "oauth");
  for (const input of signIns) {
    const turn = found.turns.get(input.id);
    const view = turn?.isWanted === true ? await runtime.signIns.begin(record.id, input, turn) : null;
    if (!isDeepStrictEqual(view, shownOf(state, input.id)))
      await add({ type: "sign-in-shown", inputId: input.id, authorization: view });
  }
}

function shownOf(state: HookTaskState, inputId: string): SignInView | null {
  return state.inputs.find((input) => input.id === inputId)?.authorization ?? null;
}

/** The questions among a hook's inputs. */
export function questionsOf(record: HookTaskRecord): QuestionInput[] {
  return (record.hook.inputs ?? []).filter((input) => input.type === "question");
}

/** True when an answer, something about a sign-in, or a Skip has come for a task that waits for inputs. */
export async function inputsHaveNews(
  runtime: Runtime,
  record: HookTaskRecord,
  state: HookTaskState,
): Promise<boolean> {
  const { desk } = runtime;
  if ((await desk.decision(record.id, inputsWaitKeyOf(state))) !== null) return true;
  const found = await findAnswers(runtime, record, record.hook.inputs ?? [], state);
  if (found.failed !== null) return true;
  for (const [inputId, turn] of found.turns) {
    if (Object.hasOwn(found.answers, inputId) || found.declined.includes(inputId)) continue;
    const isBegun = (await desk.answers(record.id, signInKeys(inputId, turn).pin)) !== null;
    if (turn.isWanted ? !isBegun : shownOf(state, inputId) !== null) return true;
  }
  return (record.hook.inputs ?? []).every(
    (input) => Object.hasOwn(found.answers, input.id) || !isAsked(input, record, found),
  );
}
