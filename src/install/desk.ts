import { EventEmitter } from "node:events";
import type { DocumentStore } from "../datastore/datastore.ts";
import type { JsonObject } from "../json.ts";
import type { Clock } from "../clock.ts";
import { getJson, listKeys, putJsonIfAbsent } from "./stored-json.ts";

/**
 * The desk between people and tasks: what was answered and decided, as state.
 *
 * 1. A decision belongs to one wait of one task (`waitKey`); the first one stands, a second click changes nothing.
 * 2. A decision may come before the task looks for it, or while its worker is dead; it is found later.
 */
export interface Desk {
  /** True when this call made the decision, false when there was one. */
  decide(taskId: string, waitKey: string, decision: Decision): Promise<boolean>;
  decision(taskId: string, waitKey: string): Promise<Decision | null>;
  /** Keeps validated answers for that asking; the first set stands. */
  answer(taskId: string, askKey: string, answers: JsonObject): Promise<boolean>;
  answers(taskId: string, askKey: string): Promise<JsonObject | null>;
  /** Forgets every answer of a task that has ended. */
  wipeAnswers(taskId: string): Promise<void>;
  requestCancel(taskId: string): Promise<boolean>;
  isCancelRequested(taskId: string): Promise<boolean>;
  /**
   * Resolves with what `look` finds, looking when something was put on the desk in this process and else every
   * half second (it may have been put there by another). Rejects when the signal aborts.
   */
  watch<T>(taskId: string, look: () => Promise<T | null>, signal: AbortSignal): Promise<T>;
}

export interface Decision {
  /** `fail`: nobody will mend it; the attempt ends as failed (`tacklebox run` with nobody there to ask). */
  action: "retry" | "skip" | "fail";
  /** Retry with the script as it is now instead of the bundle the task began with: a new attempt, wherever it waits. */
  fresh?: boolean;
  /** With `fresh`: the bundle it was compiled to, kept already. */
  bundleSha256?: string;
  sourceSha256?: string;
  /** Ids of inputs to ask for again before the next attempt: a new attempt, wherever it waits. */
  changeInputs?: string[];
}

const lookEveryMs = 500;

export function createDesk(documents: DocumentStore, clock: Clock): Desk {
  const changes = new EventEmitter().setMaxListeners(0);
  const put = async (collection: string, taskId: string, key: string, value: object): Promise<boolean> => {
    const first = await putJsonIfAbsent(documents, collection, `${taskId}/${key}`, value);
    changes.emit(taskId);
    return first;
  };
  return {
    decide: (taskId, waitKey, decision) => put("decisions", taskId, waitKey, decision),
    decision: (taskId, waitKey) => getJson<Decision>(documents, "decisions", `${taskId}/${waitKey}`),
    answer: (taskId, askKey, answers) => put("answers", taskId, askKey, answers),
    answers: (taskId, askKey) => getJson<JsonObject>(documents, "answers", `${taskId}/${askKey}`),
    wipeAnswers: async (taskId) => {
      for await (const key of listKeys(documents, "answers", `${taskId}/`))
        await documents.remove("answers", key);
    },
    requestCancel: (taskId) => put("decisions", taskId, "cancel", { action: "cancel" }),
    isCancelRequested: async (taskId) => (await documents.get("decisions", `${taskId}/cancel`)) !== null,
    watch: async (taskId, look, signal) => {
      for (;;) {
        const wake = new AbortController();
        const onChange = (): void => wake.abort();
        changes.once(taskId, onChange);
        try {
          signal.throwIfAborted();
          const found = await look();
          if (found !== null) return found;
          await clock.sleep(lookEveryMs, AbortSignal.any([signal, wake.signal])).catch(() => {});
        } finally {
          changes.off(taskId, onChange);
        }
      }
    },
  };
}
