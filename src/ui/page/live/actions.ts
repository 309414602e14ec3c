import { ApiError } from "../../../client/api-error.ts";
import { api, ask, failureText, newIdempotencyKey } from "../api.ts";
import { say } from "../notices.tsx";
import type { Task } from "../views.ts";
import { applyView, loadTask } from "./task-store.ts";

/** What a button of the server does; other actions have ways of their own. */
export type CommandName = "retry" | "skip" | "cancel" | "dismiss" | "rerun";

/** Names of runs again that no answer has come for: a second click on the same button is the same request. */
const unanswered = new Map<string, string>();

/** Carries out what a button says; tells the user when the server refuses. Resolves with the view, or null. */
export async function carryOut(taskId: string, name: CommandName): Promise<Task | null> {
  try {
    const task = await ask(send(taskId, name));
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

async function send(
  id: string,
  name: CommandName,
): Promise<{ data?: Task; error?: unknown; response: Response }> {
  const params = { path: { id } };
  switch (name) {
    case "retry":
      return await api.POST("/v1/tasks/{id}/retry", { params, body: {} });
    case "skip":
      return await api.POST("/v1/tasks/{id}/skip", { params });
    case "cancel":
      return await api.POST("/v1/tasks/{id}/cancel", { params });
    case "dismiss":
      return await api.POST("/v1/tasks/{id}/dismiss", { params });
    case "rerun": {
      const key = unanswered.get(id) ?? newIdempotencyKey();
      unanswered.set(id, key);
      const answer = await api.POST("/v1/tasks/{id}/rerun", {
        params: { ...params, header: { "idempotency-key": key } },
      });
      unanswered.delete(id);
      return answer;
    }
  }
}
