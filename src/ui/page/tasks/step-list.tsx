import { ToneIcon } from "../icons.tsx";
import { hooks } from "../live/task-store.ts";
import { changeQuery } from "../navigation.ts";
import type { Operation, Step } from "../views.ts";
import { statusWords, toneOf } from "../words.ts";
import { tookText } from "../time-text.ts";

/** The steps of an operation, top to bottom; each opens its details. Rows keep their height whatever happens. */
export function StepList({ task, focus }: { task: Operation; focus: number }) {
  return (
    <ol class="steps" aria-label="Steps">
      {task.steps.map((step, index) => (
        <li key={`${step.kind}-${step.hookId ?? index}`} class={`step tone-${toneOf[step.status]}`}>
          <button
            type="button"
            class="step-button"
            aria-expanded={index === focus}
            aria-controls="step-panel"
            onClick={() => changeQuery({ step: String(index) })}
          >
            <ToneIcon tone={toneOf[step.status]} word={`${stateOf(step)}:`} />
            <span class="step-title">{step.title}</span>
            <span class="step-note muted">{noteOf(step)}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}

/** A hook that is planned and does not run has a reason and no task. */
function stateOf(step: Step): string {
  return isLeftOut(step) ? "Does not run" : statusWords[step.status];
}

function noteOf(step: Step): string {
  if (isLeftOut(step)) return "does not run";
  if (step.status === "IN_PROGRESS") return `${step.progress} %`;
  if (step.status === "AWAITING_INPUT" || step.status === "AWAITING_RETRY") return "waits for you";
  const hook = step.taskId === null ? undefined : hooks.value.get(step.taskId);
  if (step.status === "COMPLETED") return timeOf(step, hook?.durationMs);
  return step.status === "PENDING" ? "" : statusWords[step.status].toLowerCase();
}

function timeOf({ startedAt, finishedAt }: Step, activeMs: number | undefined): string {
  if (activeMs !== undefined) return tookText(activeMs);
  return startedAt && finishedAt ? tookText(Date.parse(finishedAt) - Date.parse(startedAt)) : "";
}

function isLeftOut({ kind, taskId, status }: Step): boolean {
  return kind === "hook" && taskId === null && status === "SKIPPED";
}
