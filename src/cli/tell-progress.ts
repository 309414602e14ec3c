import type { TaskObserver } from "../install/runtime.ts";
import type { JournalEntry } from "../journal/entry.ts";
import { eventOf, isHostNote, toRequestReport } from "../task/hook-report.ts";
import type { TaskError, TaskEvent, TaskInputView, TaskStatus } from "../task/task-event.ts";
import type { HookTaskView, OperationTaskView, StepView } from "../task/task-view.ts";
import { durationText } from "./duration-text.ts";
import { errorLines } from "./error-lines.ts";
import { printable, printableLine } from "./printable.ts";
import type { Terminal } from "./terminal.ts";

/** Tells on the terminal what happens in operations and hooks, as it happens: one line for each thing that is done. */
export function createProgressTeller(terminal: Terminal): TaskObserver {
  return new ProgressTeller(terminal);
}

class ProgressTeller implements TaskObserver {
  private readonly terminal: Terminal;
  /** Status last told of each step, by operation and index. */
  private readonly steps = new Map<string, TaskStatus>();
  private readonly progressTexts = new Map<string, string>();
  private readonly tellEvent: TellEvent;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
    this.tellEvent = createEventTeller(terminal);
  }

  operationChanged(view: OperationTaskView): void {
    for (const [index, step] of view.steps.entries()) this.tellStep(`${view.id}/${index}`, step, view);
    const { terminal } = this;
    if (view.progressText !== null && this.progressTexts.get(view.id) !== view.progressText) {
      this.progressTexts.set(view.id, view.progressText);
      const live = view.steps.find((step) => step.status === "IN_PROGRESS");
      terminal.say(
        terminal.colors.dim(
          `  ${String(live?.progress ?? 0).padStart(3)} % ${printableLine(view.progressText)}`,
        ),
      );
    }
    if (view.finishedAt !== null) terminal.status(null);
  }

  hookChanged(view: HookTaskView, entries: readonly JournalEntry[]): void {
    const { terminal } = this;
    for (const entry of entries) {
      if (entry.type === "attempt-started") this.tellAttempt(view, entry.attempt);
      if (isHostNote(entry)) continue;
      for (const { event } of eventOf(entry)) this.tellEvent(event, view);
    }
    const active = view.checkpoints.find(({ status }) => status === "active");
    const doing = active === undefined ? "" : ` · ${active.message}`;
    terminal.status(
      view.status === "IN_PROGRESS" ? printableLine(`${view.title}${doing} · ${view.progress} %`) : null,
    );
  }

  private tellStep(key: string, step: StepView, view: OperationTaskView): void {
    const before = this.steps.get(key);
    if (before === step.status) return;
    this.steps.set(key, step.status);
    const { terminal } = this;
    const { colors } = terminal;
    if (step.kind === "hook") {
      if (before === undefined && step.status === "SKIPPED" && step.reason !== null) {
        terminal.say(colors.dim(`- ${printableLine(step.reason)}`));
      }
    } else if (step.status === "IN_PROGRESS") {
      terminal.say(
        `${colors.cyan("▸")} ${step.title}: ${view.appName} ${printableLine(view.toVersion ?? "")}`,
      );
      terminal.status(step.title);
    } else if (step.status === "COMPLETED") {
      terminal.say(`  ${colors.green("✓")} ${step.title}: done`);
    } else if (step.status === "AWAITING_RETRY" || step.status === "FAILED") {
      for (const line of view.error === null ? [] : errorLines(view.error, colors)) terminal.say(`  ${line}`);
    }
  }

  private tellAttempt(view: HookTaskView, attempt: number): void {
    const { terminal } = this;
    const again = attempt === 1 ? "" : `, attempt ${attempt}`;
    const name = terminal.colors.dim(`(${printableLine(view.hookId)}, ${view.event}${again})`);
    terminal.say(`${terminal.colors.cyan("▸")} ${printableLine(view.title)} ${name}`);
  }
}

type TellEvent = (event: TaskEvent, view: HookTaskView) => void;

function createEventTeller(terminal: Terminal): TellEvent {
  const { colors } = terminal;
  const say = (line: string): void => terminal.say(`  ${line}`);
  let told: TaskError | null = null;

  const tellError = (error: TaskError): void => {
    if (told?.detail === error.detail && told.code === error.code) return;
    told = error;
    for (const line of errorLines(error, colors)) say(line);
  };

  return (event, view) => {
    switch (event.type) {
      case "checkpoint-completed":
      case "checkpoint-skipped":
      case "checkpoint-awaiting":
      case "checkpoint-answered":
        tellCheckpoint(event, view, terminal);
        break;
      case "log":
        say(
          colors.dim(`${event.level.padEnd(5)} ${printable(event.message).replaceAll("\n", "\n        ")}`),
        );
        break;
      case "request": {
        const { method, url, refused } = toRequestReport(event);
        if (refused !== null)
          say(`${colors.yellow("! refused")} ${printableLine(`${method} ${url}: ${refused}`)}`);
        break;
      }
      case "inputs-missing":
        tellInputs(event.inputs, view, terminal);
        break;
      case "attempt-failed":
        tellError(event.error);
        if (event.again) say(`${colors.yellow("↻")} Trying again by itself (retries of the hook)`);
        break;
      case "awaiting-retry":
        tellError(event.error);
        break;
      case "retry-chosen":
        told = null;
        say(`${colors.yellow("↻")} Retry${event.changeInputs === undefined ? "" : " with other answers"}`);
        break;
      case "attempt-completed":
      case "skipped":
      case "failed":
      case "cancelled":
        if ("error" in event && event.error !== undefined) tellError(event.error);
        say(endLine(event, view, terminal));
        break;
      default:
        break;
    }
  };
}

function tellInputs(inputs: readonly TaskInputView[], view: HookTaskView, { say, colors }: Terminal): void {
  const open = inputs.filter(({ state }) => state === "waiting").map(({ title }) => printableLine(title));
  const hook = colors.dim(`(${printableLine(view.hookId)})`);
  say(`${colors.cyan("?")} ${printableLine(view.title)} ${hook} waits for: ${open.join(", ")}`);
}

type CheckpointEvent = Extract<
  TaskEvent,
  { type: "checkpoint-completed" | "checkpoint-skipped" | "checkpoint-awaiting" | "checkpoint-answered" }
>;

function tellCheckpoint(event: CheckpointEvent, view: HookTaskView, terminal: Terminal): void {
  const { colors } = terminal;
  const message = printableLine(view.checkpoints.find(({ id }) => id === event.id)?.message ?? event.id);
  switch (event.type) {
    case "checkpoint-completed":
      terminal.say(`  ${colors.green("✓")} ${message} ${colors.dim(`${view.progress} %`)}`);
      break;
    case "checkpoint-skipped":
      terminal.say(`  ${colors.yellow("-")} ${message} ${colors.dim("skipped")}`);
      break;
    case "checkpoint-awaiting":
      terminal.say(`  ${colors.red("✗")} ${message}: ${printable(event.error.title)}`);
      for (const { label, value } of event.error.context) {
        const shown = typeof value === "string" ? value : JSON.stringify(value);
        terminal.say(`    ${colors.dim(`${printableLine(label)}:`)} ${printable(shown)}`);
      }
      break;
    case "checkpoint-answered":
      terminal.say(`  ${colors.yellow("↻")} ${event.decision === "retry" ? "Retry" : "Skip"}: ${message}`);
      break;
  }
}

function endLine(
  event: Extract<TaskEvent, { type: "attempt-completed" | "skipped" | "failed" | "cancelled" }>,
  view: HookTaskView,
  { colors }: Terminal,
): string {
  const hook = printableLine(view.hookId);
  switch (event.type) {
    case "attempt-completed":
      return `${colors.green("✓")} ${hook} completed in ${durationText(view.durationMs)}`;
    case "skipped":
      return `${colors.yellow("-")} ${hook} skipped (${event.reason})`;
    case "failed":
      return `${colors.red("✗")} ${hook} failed after ${view.attempt} attempt${view.attempt === 1 ? "" : "s"}`;
    case "cancelled":
      return `${colors.yellow("-")} ${hook} cancelled`;
  }
}
