import { ToneIcon } from "../icons.tsx";
import type { Checkpoint, Hook } from "../views.ts";
import { checkpointTones, checkpointWords } from "../words.ts";

/** What a hook has reached and what is to come. */
export function CheckpointList({ hook }: { hook: Hook }) {
  if (hook.checkpoints.length === 0) {
    return <p class="muted no-checkpoints">{emptyText(hook)}</p>;
  }
  return (
    <ul class="checkpoints" aria-label="Checkpoints">
      {hook.checkpoints.map((checkpoint) => {
        const status = shownStatus(hook, checkpoint);
        return (
          <li key={checkpoint.id} class={`checkpoint tone-${checkpointTones[status]}`}>
            <ToneIcon tone={checkpointTones[status]} word={`${checkpointWords[status]}:`} />
            <span>{checkpoint.message}</span>
          </li>
        );
      })}
    </ul>
  );
}

/** Nothing turns while the hook waits for somebody. */
function shownStatus({ status }: Hook, checkpoint: Checkpoint): Checkpoint["status"] {
  return checkpoint.status === "active" && status !== "IN_PROGRESS" ? "pending" : checkpoint.status;
}

function emptyText({ status, finishedAt }: Hook): string {
  if (finishedAt !== null) return "The hook showed no checkpoints.";
  return status === "PENDING" ? "Its turn has not come." : "No checkpoints yet.";
}
