import { isDeepStrictEqual } from "node:util";
import { TackleboxError } from "../errors.ts";
import { AnswersRejectedError } from "../inputs/answers-rejected.ts";
import { checkAnswers, type AnswerProblem } from "../inputs/check-answer.ts";
import type { JsonObject } from "../json.ts";
import { toHookTaskView } from "../task/hook-task.ts";
import { nextStepIndex } from "../task/operation-task.ts";
import { isTerminal } from "../task/task-state.ts";
import type { TaskAction, TaskView } from "../task/task-view.ts";
import { waitKeyOf } from "./parked-task.ts";
import { operationWaitKey } from "./advance-operation.ts";
import { answersBefore, askedAnswers, keepAsked, questionRound } from "./answer-rounds.ts";
import { findSignIn, inputsWaitKeyOf } from "./collect-inputs.ts";
import type { RetryOptions } from "./compile-afresh.ts";
import { dismissOperation } from "./dismiss-operation.ts";
import { decideFresh } from "./decide-fresh.ts";
import type { Decision } from "./desk.ts";
import type { Runtime } from "./runtime.ts";
import { sayWish, signInKeys } from "./sign-in-requests.ts";
import { readHookState } from "./task-journal.ts";
import type { FoundTask, TaskReader } from "./task-reader.ts";

/**
 * What people do with tasks. Each decision is kept as state first and the task is woken then, so none is lost. The first
 * one stands: a second click on the same button changes nothing, one on another is refused (`ILLEGAL_TRANSITION`).
 */
export interface TaskActions {
  /**
   * Answers to a task's inputs, checked all at once. Asked again, what is left out stays as it was answered before, and
   * `null` takes it back. Throws `INPUT_INVALID`, `ILLEGAL_TRANSITION`.
   */
  answer(taskId: string, answers: JsonObject): Promise<void>;
  /**
   * Begins a waiting sign-in anew: the link shown before is of no use any more. Throws `ILLEGAL_TRANSITION`; the new
   * link is shown a moment later.
   */
  startSignIn(taskId: string, inputId: string): Promise<void>;
  /**
   * Calls a waiting sign-in off; `startSignIn` begins it again. A hook that can do without it goes on. Throws
   * `ILLEGAL_TRANSITION`.
   */
  cancelSignIn(taskId: string, inputId: string): Promise<void>;
  /**
   * Retry of a task that waits for it; safe to call twice. Throws `ILLEGAL_TRANSITION`; asked for `fresh` also
   * `FRESH_REFUSED` and `ScriptRejectedError`, and with `changeInputs` `INPUT_INVALID`, and the task waits on.
   */
  retry(taskId: string, options?: RetryOptions): Promise<void>;
  skip(taskId: string): Promise<void>;
  /** Ends a hook that waits for Retry as FAILED: for callers with nobody there to ask. Throws `ILLEGAL_TRANSITION`. */
  giveUp(taskId: string): Promise<void>;
  cancel(taskId: string): Promise<void>;
  /** Puts an ended operation away from view (`dismissedAt`); again changes nothing. Throws `ILLEGAL_TRANSITION`. */
  dismiss(taskId: string): Promise<void>;
}

export interface TaskActionsOptions {
  runtime: Runtime;
  reader: TaskReader;
  /** Makes a parked task look at the desk. */
  wake(taskId: string): Promise<void>;
}

export function createTaskActions(options: TaskActionsOptions): TaskActions {
  return new DeskActions(options);
}

class DeskActions implements TaskActions {
  private readonly runtime: Runtime;
  private readonly reader: TaskReader;
  private readonly wake: (taskId: string) => Promise<void>;

  constructor({ runtime, reader, wake }: TaskActionsOptions) {
    this.runtime = runtime;
    this.reader = reader;
    this.wake = wake;
  }

  async answer(taskId: string, answers: JsonObject): Promise<void> {
    const record = await this.reader.requireHook(taskId);
    const state = await readHookState(this.runtime, taskId);
    const view = toHookTaskView(record, state);
    if (view.status !== "AWAITING_INPUT") throw illegal("answer", view);
    const { desk } = this.runtime;
    const declared = record.hook.inputs ?? [];
    const questions = declared.filter((input) => input.type === "question");
    const round = questionRound(declared, state.inputRounds);
    const before = await answersBefore(desk, taskId, { declared, round });
    const given = round === 0 ? withoutNulls(answers) : answers;
    const checked = checkAnswers(questions, withoutNulls({ ...before, ...given }));
    if (!checked.ok) {
      throw new AnswersRejectedError(`Task ${taskId}`, checked.problems);
    }
    const isKept = await keepAsked(desk, taskId, round, checked.values);
    // The first answers stand. The same ones once more are a second click; others would be lost without a word.
    if (!isKept && !isDeepStrictEqual(await askedAnswers(desk, taskId, round), checked.values))
      throw illegal("answer", view);
    await this.wake(taskId);
  }

  async startSignIn(taskId: string, inputId: string): Promise<void> {
    const { turn } = await this.findSignIn(taskId, inputId, "authorize");
    const { desk } = this.runtime;
    // One that was asked for and is not shown yet is what is wanted.
    const isAwaited =
      turn.isWanted &&
      turn.number > 0 &&
      (await desk.answers(taskId, signInKeys(inputId, turn).pin)) === null;
    if (!isAwaited) await sayWish(desk, { taskId, inputId, turn }, true);
    await this.wake(taskId);
  }

  async cancelSignIn(taskId: string, inputId: string): Promise<void> {
    const { turn } = await this.findSignIn(taskId, inputId, "cancel_authorization");
    if (turn.isWanted) await sayWish(this.runtime.desk, { taskId, inputId, turn }, false);
    await this.wake(taskId);
  }

  async retry(taskId: string, { fresh, script, changeInputs = [] }: RetryOptions = {}): Promise<void> {
    await this.decide(taskId, "retry", async ({ view }) => {
      if (changeInputs.length > 0) requireInputs(view, changeInputs);
      const decision: Decision =
        fresh === true ? await decideFresh(this.runtime, taskId, script) : { action: "retry" };
      return changeInputs.length === 0 ? decision : { ...decision, changeInputs: [...new Set(changeInputs)] };
    });
  }

  async skip(taskId: string): Promise<void> {
    await this.decide(taskId, "skip");
  }

  async giveUp(taskId: string): Promise<void> {
    const task = await this.reader.findTask(taskId);
    const key = task.kind === "hook" ? waitKeyOf(task.state) : null;
    if (key === null) throw illegal("give up", task.view);
    await this.runtime.desk.decide(taskId, key, { action: "fail" });
    await this.wake(taskId);
  }

  async cancel(taskId: string): Promise<void> {
    const before = await this.reader.getTask(taskId);
    if (isTerminal(before.status)) throw illegal("cancel", before);
    await this.runtime.desk.requestCancel(taskId);
    // Only now: a hook that begins meanwhile is found here, or its worker finds the wish.
    const view = before.kind === "operation" ? await this.reader.getTask(taskId) : before;
    if (view.kind === "operation") {
      const live = view.steps.find((step) => step.taskId !== null && !isTerminal(step.status));
      if (live?.taskId) {
        await this.runtime.desk.requestCancel(live.taskId);
        await this.wake(live.taskId);
      }
    }
    await this.wake(taskId);
  }

  async dismiss(taskId: string): Promise<void> {
    const view = await this.reader.getTask(taskId);
    const isDone =
      view.kind === "operation" &&
      (await dismissOperation(this.runtime, await this.reader.requireOperation(taskId)));
    if (!isDone) throw illegal("dismiss", view);
  }

  private async findSignIn(taskId: string, inputId: string, action: TaskAction["name"]) {
    const record = await this.reader.requireHook(taskId);
    const state = await readHookState(this.runtime, taskId);
    const view = toHookTaskView(record, state);
    const input = record.hook.inputs?.find(({ id }) => id === inputId);
    const isOffered = view.actions.some(
      (offered) => offered.name === action && "inputId" in offered && offered.inputId === inputId,
    );
    if (!isOffered || input?.type !== "oauth") throw illegal(`${action} ${inputId}`, view);
    return await findSignIn(this.runtime.desk, taskId, input, state);
  }

  private async decide(
    taskId: string,
    action: "retry" | "skip",
    decision: (task: FoundTask) => Promise<Decision> = async () => ({ action }),
  ): Promise<void> {
    const task = await this.reader.findTask(taskId);
    const key = waitKeyShown(task);
    if (key === null || !task.view.actions.some(({ name }) => name === action))
      throw illegal(action, task.view);
    const wanted = await decision(task);
    const { desk } = this.runtime;
    const isFirst = await desk.decide(taskId, key, wanted);
    await this.wake(taskId);
    const standing = isFirst ? wanted : await desk.decision(taskId, key);
    if (standing !== null && nameOf(standing) !== nameOf(wanted)) throw tooLate(taskId, wanted, standing);
  }
}

function withoutNulls(answers: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(answers).filter(([, answer]) => answer !== null));
}

/** What was chosen, in words; the same words are the same choice. */
function nameOf({ action, fresh = false, changeInputs = [] }: Decision): string {
  const changes =
    changeInputs.length === 0 ? "" : ` with other answers (${changeInputs.toSorted().join(", ")})`;
  return `${action}${fresh ? " fresh" : ""}${changes}`;
}

function tooLate(taskId: string, wanted: Decision, standing: Decision): TackleboxError {
  return new TackleboxError(
    "ILLEGAL_TRANSITION",
    `Task ${taskId}: "${nameOf(wanted)}" comes too late: it was answered with "${nameOf(standing)}" before, and goes on with that.`,
  );
}

/** Throws `INPUT_INVALID` for an input that the hook does not have. */
function requireInputs({ id, actions }: TaskView, wanted: readonly string[]): void {
  const known = actions.flatMap((action) => (action.name === "change_input" ? [action.inputId] : []));
  const declared = known.length === 0 ? "it declares none" : `it declares ${known.join(", ")}`;
  const problems = wanted
    .filter((inputId) => !known.includes(inputId))
    .map((inputId): AnswerProblem => {
      const message = `The hook has no input "${inputId.slice(0, 60)}" that could be asked for again; ${declared}.`;
      return { inputId, code: "INPUT_INVALID", message };
    });
  if (problems.length > 0) throw new AnswersRejectedError(`Task ${id}`, problems);
}

/**
 * The key of the wait that whoever clicks has been shown: of the same read that allows the click, so that it can answer no
 * later wait. Null when the task waits for no decision.
 */
function waitKeyShown(task: FoundTask): string | null {
  if (task.kind === "hook")
    return task.state.status === "AWAITING_INPUT" ? inputsWaitKeyOf(task.state) : waitKeyOf(task.state);
  const { state } = task;
  const index = nextStepIndex(state);
  return index === null ? null : operationWaitKey(index, state.steps[index]?.retries ?? 0);
}

export function illegal(action: string, view: TaskView): TackleboxError {
  const allowed = view.actions.map(({ name }) => name).join(", ") || "nothing";
  return new TackleboxError(
    "ILLEGAL_TRANSITION",
    `Task ${view.id}: "${action}" is not possible while it is ${view.status}; possible now: ${allowed}.`,
    {
      context: [{ label: "allowed", value: allowed }],
    },
  );
}
