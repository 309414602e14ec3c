import type { Tacklebox } from "../create-tacklebox.ts";
import { errorCodeOf, errorText } from "../errors.ts";
import type { JournalEntry } from "../journal/entry.ts";
import type { JsonObject } from "../json.ts";
import { eventOf } from "../task/hook-report.ts";
import type { SignInView, TaskEvent, TaskInputView } from "../task/task-event.ts";
import type { HookTaskView } from "../task/task-view.ts";
import type { CliContext } from "./cli-context.ts";
import { printable, printableLine } from "./printable.ts";
import { createPrompts, type Prompts } from "./prompts.ts";

export type OnFailure = "ask" | "retry" | "skip" | "fail";
/** What a person says may also be: Retry with other answers. */
type Chosen = Exclude<OnFailure, "ask"> | "change";

export interface AttendantOptions {
  context: CliContext;
  tacklebox(): Pick<Tacklebox, "answer" | "retry" | "skip" | "giveUp">;
  /** What to do with a hook that waits for Retry or Skip. */
  onFailure: OnFailure;
  /** Retries of one hook before `retry` becomes `fail`. */
  maxRetries: number;
  /** False: questions are answered with their defaults. */
  asks: boolean;
  /** What to do once a sign-in can be approved; default: show the link. */
  onSignIn?(view: SignInView, hook: HookTaskView): Promise<void>;
  /** Hears of what went wrong while answering. */
  onError(error: unknown): void;
}

/** The person at the terminal, or the options that stand for them: answers questions, approves, retries and skips. */
export interface Attendant {
  hookChanged(view: HookTaskView, entries: readonly JournalEntry[]): void;
  /** Resolves when nothing is being asked any more. */
  idle(): Promise<void>;
}

export function createAttendant(options: AttendantOptions): Attendant {
  return new TerminalAttendant(options);
}

class TerminalAttendant implements Attendant {
  private readonly options: AttendantOptions;
  private readonly prompts: Prompts;
  private readonly retries = new Map<string, number>();
  private tail: Promise<void> = Promise.resolve();

  constructor(options: AttendantOptions) {
    this.options = options;
    this.prompts = createPrompts(options.context);
  }

  hookChanged(view: HookTaskView, entries: readonly JournalEntry[]): void {
    for (const entry of entries) {
      for (const { event } of eventOf(entry)) {
        const answer = this.answerTo(event, view);
        if (answer !== null) this.afterTheOthers(answer);
      }
    }
  }

  async idle(): Promise<void> {
    await this.tail;
  }

  /** One question at a time. */
  private afterTheOthers(work: () => Promise<void>): void {
    const { context, onError } = this.options;
    this.tail = this.tail
      .then(() => (context.signal.aborted ? undefined : work()))
      .catch((error: unknown) => onError(error));
  }

  private answerTo(event: TaskEvent, view: HookTaskView): (() => Promise<void>) | null {
    switch (event.type) {
      case "checkpoint-awaiting":
      case "awaiting-retry":
        return () => this.decide(view, event.error.title);
      case "inputs-missing":
        return () => this.answerQuestions(view);
      case "sign-in-shown": {
        const { authorization } = event;
        return authorization === null ? null : () => this.signIn(view, authorization);
      }
      default:
        return null;
    }
  }

  private async decide(view: HookTaskView, problem: string): Promise<void> {
    const tacklebox = this.options.tacklebox();
    const done = this.retries.get(view.id) ?? 0;
    const decision = await this.choose(view, problem, done);
    if (decision === "retry") {
      this.retries.set(view.id, done + 1);
      await tacklebox.retry(view.id);
    } else if (decision === "change") {
      await tacklebox.retry(view.id, { changeInputs: inputsOf(view) });
    } else if (decision === "skip") {
      await tacklebox.skip(view.id);
    } else {
      await tacklebox.giveUp(view.id);
    }
  }

  private async choose(view: HookTaskView, problem: string, done: number): Promise<Chosen> {
    const { onFailure, maxRetries } = this.options;
    if (onFailure === "retry") return done < maxRetries ? "retry" : "fail";
    if (onFailure !== "ask") return onFailure;
    return await this.prompts.choose(`${view.hookId}: ${problem}`, [
      { value: "retry", label: "Retry" },
      ...(inputsOf(view).length === 0
        ? []
        : [{ value: "change" as const, label: "Retry with other answers", hint: "they are asked again" }]),
      { value: "skip", label: "Skip" },
      { value: "fail", label: "Give up", hint: "the hook fails" },
    ]);
  }

  private async answerQuestions(view: HookTaskView): Promise<void> {
    const open = view.inputs.filter((input) => input.type === "question" && input.state === "waiting");
    if (open.length === 0) return;
    const { terminal } = this.options.context;
    for (;;) {
      const answers: JsonObject = {};
      for (const input of open) {
        if (this.options.asks) answers[input.id] = await this.prompts.askQuestion(input);
        else this.tellDefault(input);
      }
      try {
        await this.options.tacklebox().answer(view.id, answers);
        return;
      } catch (error) {
        if (!this.options.asks || errorCodeOf(error) !== "INPUT_INVALID") throw error;
        terminal.say(`${terminal.colors.yellow("!")} ${printable(errorText(error))}`);
      }
    }
  }

  private tellDefault({ title, question }: TaskInputView): void {
    const { terminal } = this.options.context;
    const answer = question?.default === undefined ? "left open" : JSON.stringify(question.default);
    terminal.say(
      `  ${terminal.colors.cyan("→")} ${printableLine(`${title}: ${answer}`)} ${terminal.colors.dim("(default)")}`,
    );
  }

  private async signIn(view: HookTaskView, shown: SignInView): Promise<void> {
    const { context, onSignIn } = this.options;
    const { terminal } = context;
    if (onSignIn !== undefined) return await onSignIn(shown, view);
    const code = shown.userCode === null ? "" : ` and enter the code ${printableLine(shown.userCode)}`;
    terminal.say(`  ${terminal.colors.cyan("→")} Sign in: open ${printableLine(shown.url)}${code}`);
    terminal.status("Waiting until the sign-in is approved");
  }
}

/** What the hook could be asked for again. */
function inputsOf({ actions }: HookTaskView): string[] {
  return actions.flatMap((action) => (action.name === "change_input" ? [action.inputId] : []));
}
