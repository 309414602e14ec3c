import { Icon, ToneIcon } from "../icons.tsx";
import { now } from "../live/clock.ts";
import { hooks } from "../live/task-store.ts";
import { changeQuery, route } from "../navigation.ts";
import { ProgressBar } from "../progress-bar.tsx";
import { agoText } from "../time-text.ts";
import type { Hook, Operation, Step } from "../views.ts";
import { eventWords, statusWords, toneOf } from "../words.ts";
import { ActionButtons } from "./action-buttons.tsx";
import { CheckpointList } from "./checkpoint-list.tsx";
import { Elapsed } from "./elapsed.tsx";
import { ErrorCard } from "./error-card.tsx";
import { InputList } from "./input-list.tsx";
import { LogPanel } from "./log-panel.tsx";

/** The details of one step. What grows while it runs grows at the end, so that nothing above it moves. */
export function StepPanel({ task, index }: { task: Operation; index: number }) {
  const step = task.steps[index];
  if (step === undefined) return null;
  const hook = step.taskId === null ? undefined : hooks.value.get(step.taskId);
  return (
    <section class="step-panel" id="step-panel" aria-labelledby="step-panel-title">
      <header class="step-panel-head">
        <h3 id="step-panel-title">{step.title}</h3>
        {hook !== undefined && hook.startedAt !== null && (
          <Elapsed
            runningSince={hook.status === "IN_PROGRESS" ? hook.startedAt : null}
            usedMs={hook.durationMs}
            predictedSeconds={hook.predictedSeconds ?? null}
            word="active"
          />
        )}
      </header>
      {hook === undefined ? <PlainStep task={task} step={step} /> : <HookPanel hook={hook} />}
    </section>
  );
}

function PlainStep({ task, step }: { task: Operation; step: Step }) {
  const isAt = step.status === "AWAITING_RETRY" || step.status === "FAILED" || step.status === "CANCELLED";
  return (
    <>
      <p class="muted">
        {step.kind === "hook" ? (step.reason ?? statusWords[step.status]) : statusWords[step.status]}
      </p>
      {step.kind !== "hook" && (
        <ProgressBar percent={step.progress} tone={toneOf[step.status]} label={`Progress of ${step.title}`} />
      )}
      {step.status === "IN_PROGRESS" && <p class="muted">{task.progressText}</p>}
      {isAt && task.error !== null && <ErrorCard error={task.error} />}
    </>
  );
}

function HookPanel({ hook }: { hook: Hook }) {
  const tone = toneOf[hook.status];
  const isLog = route.value.query["log"] === "open";
  return (
    <>
      <p class="hook-meta muted">
        <span class={`pill tone-${tone}`}>
          <ToneIcon tone={tone} word="" />
          {statusWords[hook.status]}
        </span>
        <span>{eventWords[hook.event]}</span>
        {hook.attempt > 1 && (
          <span>
            attempt {hook.attempt} of {Math.max(hook.attempt, hook.maxAttempts)}
          </span>
        )}
        {hook.optional && <span>optional</span>}
      </p>
      <ProgressBar percent={hook.progress} tone={tone} label={`Progress of ${hook.title}`} />
      <ActionButtons task={hook}>{restText(hook)}</ActionButtons>
      <div class="hook-tabs" role="group" aria-label="What to see of the hook">
        <button type="button" class="hook-tab" aria-pressed={!isLog} onClick={() => changeQuery({ log: "" })}>
          Checkpoints
        </button>
        <button
          type="button"
          class="hook-tab"
          aria-pressed={isLog}
          onClick={() => changeQuery({ log: "open" })}
        >
          Log
        </button>
      </div>
      {isLog ? <LogPanel key={hook.id} hook={hook} /> : <Course hook={hook} />}
    </>
  );
}

/** What stands in the place of the buttons when there are none. */
function restText({ status, finishedAt }: Hook): string {
  if (finishedAt !== null) return `Ended ${agoText(Date.parse(finishedAt), now.value)}`;
  return status === "PENDING" ? "Its turn has not come." : "";
}

function Course({ hook }: { hook: Hook }) {
  return (
    <>
      <CheckpointList hook={hook} />
      {hook.error !== null && <ErrorCard error={hook.error} />}
      <InputList hook={hook} />
      <details class="about">
        <summary>
          <Icon name="forward" />
          About this hook
        </summary>
        <dl class="facts">
          <dt>Hook</dt>
          <dd>{hook.hookId}</dd>
          <dt>Task</dt>
          <dd class="mono">{hook.id}</dd>
          {hook.sourceSha256 !== undefined && hook.sourceSha256 !== null && (
            <>
              <dt>Sources</dt>
              <dd class="mono">{hook.sourceSha256}</dd>
            </>
          )}
          {hook.bundleSha256 !== null && (
            <>
              <dt>Bundle</dt>
              <dd class="mono">{hook.bundleSha256}</dd>
            </>
          )}
        </dl>
      </details>
    </>
  );
}
