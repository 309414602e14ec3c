import { announce } from "../notices.tsx";
import { describeStatus, statusWords } from "../words.ts";
import type { Task } from "../views.ts";
import { onTaskChange } from "./task-store.ts";

/** Screen readers hear of each new state; what comes within a moment is said in one go. */
export function startAnnouncements(): void {
  let pending = new Map<string, string>();
  let timer = 0;
  onTaskChange((before, after) => {
    if (before === undefined || before.status === after.status) return;
    pending.set(after.id, sentence(after));
    clearTimeout(timer);
    timer = setTimeout(() => {
      announce([...pending.values()].join(" "));
      pending = new Map();
    }, 400);
  });
}

function sentence(task: Task): string {
  const state = task.kind === "operation" ? describeStatus(task) : statusWords[task.status];
  return `${task.title}: ${state}.`;
}
