import { EffectError, type EffectResult } from "../context/effect.ts";
import type { CheckpointRetryArgs } from "../context/effects/await-checkpoint-retry.ts";
import { errorCatalogue, errorText } from "../errors.ts";
import type { EffectOutcome, JournalEntry } from "../journal/entry.ts";
import { mapTexts } from "../json.ts";
import type { TaskEvent } from "../task/task-event.ts";
import type { AttemptJournal } from "./attempt-journal.ts";

/** What a hook gets for an effect that was begun, cut off by a crash, and must not be repeated. */
export function interruptedOutcome(name: string): EffectOutcome {
  const message = `${name}: the runtime was interrupted after it had begun this request; whether it took effect is not known. It is not sent again: check the app's state first.`;
  return { ok: false, error: { name: "TypeError", message, code: "EFFECT_INTERRUPTED" } };
}

/** A result as the journal keeps it. */
export function toOutcome(result: EffectResult): EffectOutcome {
  if (result.body === null) return { ok: true, value: result.value };
  return { ok: true, value: result.value, body: Buffer.from(result.body).toString("base64") };
}

/** What a hook gets when its effect has failed. What is not its doing is not shown to it in detail; the task's log has that. */
export function rejectionOf(error: unknown, journal: Pick<AttemptJournal, "note">): EffectOutcome {
  if (error instanceof EffectError) return { ok: false, error: error.visible };
  const message = `internal fault in an effect: ${errorText(error)}`;
  journal.note({ type: "log", level: "error", message });
  return { ok: false, error: { name: "Error", message: errorCatalogue.INTERNAL.title, code: "INTERNAL" } };
}

/** How a hook that waits in `awaitCheckpointRetry` shows in its task. */
export function awaitingEvent(args: CheckpointRetryArgs): TaskEvent {
  return {
    type: "checkpoint-awaiting",
    id: args.checkpointId,
    error: {
      code: "HOOK_FAIL",
      title: args.error || errorCatalogue.HOOK_FAIL.title,
      detail: args.error,
      context: args.context,
      source: null,
      checkpointId: args.checkpointId,
    },
  };
}

/** What a hook gets that marks more checkpoints than a task keeps. */
export function tooManyCheckpoints(max: number): EffectOutcome {
  const message = `ctx: this would be checkpoint ${max + 1}; at most ${max} are kept. Use fewer, or update their messages.`;
  return { ok: false, error: { name: "RangeError", message, code: "LIMIT_REACHED" } };
}

/** The entry with secrets taken out of what is shown; results are kept as they are, a replay needs them. */
export function withoutSecrets(entry: JournalEntry, redact: (text: string) => string): JournalEntry {
  if (!("event" in entry) || entry.event === undefined || entry.type === "operation") return entry;
  return { ...entry, event: mapTexts(entry.event, redact) };
}
