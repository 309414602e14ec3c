import { EventEmitter, once } from "node:events";
import type { JournalEntry } from "../../src/journal/entry.ts";
import type { JsonObject } from "../../src/json.ts";
import type { HookTaskView } from "../../src/task/task-view.ts";
import { installRequest } from "../support/box.ts";
import type { CrashLab } from "./crash-lab.ts";

/** An install with one hook, and what is known of that hook whichever worker has it. */
export interface StartedHook {
  readonly operationId: string;
  readonly taskId: string;
  view(): Promise<HookTaskView>;
  journal(): Promise<JournalEntry[]>;
  /** Lines of its log, without what the runtime tells of its tries. */
  lines(): Promise<string[]>;
  /** The first of its views, as it stands or as any worker shows it, that matches. */
  untilView(matches: (view: HookTaskView) => boolean): Promise<HookTaskView>;
  untilJournal(matches: (journal: JournalEntry[]) => boolean): Promise<JournalEntry[]>;
}

export interface HookToStart {
  /** Of the app and of the hook. */
  name: string;
  port: number;
  /** Seconds. */
  timeout: number;
  code: string;
  inputs?: JsonObject[];
}

/** Whoever waits for the next view of any task. */
const listeners = new WeakMap<CrashLab, EventEmitter>();

function viewsOf(lab: CrashLab): EventEmitter {
  const known = listeners.get(lab);
  if (known !== undefined) return known;
  const views = new EventEmitter().setMaxListeners(0);
  listeners.set(lab, views);
  lab.onView = (view) => views.emit("view", view);
  return views;
}

/** Submits it, and resolves once its hook has a task. */
export async function startHook(lab: CrashLab, hook: HookToStart): Promise<StartedHook> {
  const views = viewsOf(lab);
  const { name, port, timeout, code, inputs = [] } = hook;
  const declared = { id: name, timeout, inputs, scriptContent: `export async function run(ctx) { ${code} }` };
  const operationId = await lab.call("submit", installRequest([declared], { appName: name, port }));
  const [task] = await lab.call("getHookTasks", operationId);
  const taskId = task?.id ?? "";

  const view = async () => (await lab.call("getTask", taskId)) as HookTaskView;
  const journal = async () => await lab.call("getJournal", taskId);
  const until = async <T>(read: () => Promise<T>, matches: (found: T) => boolean): Promise<T> => {
    for (;;) {
      const next = once(views, "view");
      const found = await read();
      if (matches(found)) return found;
      await next;
    }
  };
  return {
    operationId,
    taskId,
    view,
    journal,
    lines: async () =>
      (await journal()).flatMap((entry) =>
        "event" in entry && entry.event?.type === "log" && entry.event.level !== "debug"
          ? [entry.event.message]
          : [],
      ),
    untilView: (matches) => until(view, matches),
    untilJournal: (matches) => until(journal, matches),
  };
}

/** True when nothing of it is left running. */
export function isPutAway(journal: readonly JournalEntry[]): boolean {
  const last = journal.at(-1);
  return last?.type === "task" && last.event.type === "attempt-paused";
}

/** Milliseconds left of the rest over which it is put away, as long as nobody has set a clock. */
export function restLeftOf(journal: readonly JournalEntry[]): number {
  const last = journal.at(-1);
  const until = last?.type === "task" && last.event.type === "attempt-paused" ? last.event.until : undefined;
  return (until ?? 0) - Date.now();
}

/** Why pieces of it ended, other than by being put away. */
export function lossesIn(journal: readonly JournalEntry[]): string[] {
  return journal.flatMap((entry) =>
    entry.type === "task" && entry.event.type === "attempt-resumed" && entry.event.reason !== "put-away"
      ? [entry.event.reason]
      : [],
  );
}
