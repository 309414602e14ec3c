import { ApiError, callApi, failureText, newIdempotencyKey } from "../api.ts";
import { say } from "../notices.tsx";
import type { Task } from "../views.ts";
import { applyView, loadTask } from "./task-store.ts";

/** A button the server offers. */
export interface TaskCommand {
  taskId: string;
  /** The last part of the address: `retry`, `skip`, `cancel`, `dismiss`, `rerun`. */
  name: string;
  body?: unknown;
}

/** Carries out what a button says; tells the user when the server refuses. Resolves with the view, or null. */
export async function carryOut({ taskId, name, body }: TaskCommand): Promise<Task | null> {
  try {
    const task = await callApi<Task>(`/v1/tasks/${encodeURIComponent(taskId)}/${name}`, {
      method: "POST",
      body: body ?? {},
      ...(name === "rerun" ? { headers: { "idempotency-key": newIdempotencyKey() } } : {}),
    });
    applyView(task);
    return task;
  } catch (error) {
    say(failureText(error), "failed");
    // Somebody was faster: show what has become of it.
    if (error instanceof ApiError && error.status === 409)
      await loadTask(taskId, new AbortController().signal);
    return null;
  }
}
