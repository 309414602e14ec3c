import { Fragment } from "preact";
import { ToneIcon } from "../icons.tsx";
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
            predictedSeconds={hook.predictedSeconds}
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
      <HookTabs hook={hook} />
    </>
  );
}

const tabs = ["Checkpoints", "Log", "Details"] as const;

/** What to see of a hook, one thing at a time: what grows has nothing below it that would be pushed away. */
function HookTabs({ hook }: { hook: Hook }) {
  const open = tabs.find((name) => name.toLowerCase() === route.value.query["show"]) ?? "Checkpoints";
  return (
    <>
      <div class="hook-tabs" role="group" aria-label="What to see of the hook">
        {tabs.map((name) => (
          <button
            key={name}
            type="button"
            class="hook-tab"
            aria-pressed={name === open}
            onClick={() => changeQuery({ show: name === "Checkpoints" ? "" : name.toLowerCase() })}
          >
            {name}
          </button>
        ))}
      </div>
      {open === "Checkpoints" && <Course hook={hook} />}
      {open === "Log" && <LogPanel key={hook.id} hook={hook} />}
      {open === "Details" && <HookDetails hook={hook} />}
    </>
  );
}

/** What stands in the place of the buttons when there are none. */
function restText({ status, finishedAt }: Hook): string {
  if (finishedAt !== null) return `Ended ${agoText(Date.parse(finishedAt), now.value)}`;
  return status === "PENDING" ? "Its turn has not come." : "";
}

function Course({ hook }: { hook: Hook }) {
  if (hook.status === "AWAITING_INPUT") return <InputList hook={hook} />;
  return (
    <>
      <CheckpointList hook={hook} />
      {hook.error !== null && <ErrorCard error={hook.error} />}
    </>
  );
}

function HookDetails({ hook }: { hook: Hook }) {
  const facts: [string, string | null][] = [
    ["Hook", hook.hookId],
    ["Task", hook.id],
    ["Sources", hook.sourceSha256],
    ["Bundle", hook.bundleSha256],
    ...Object.entries(hook.annotations),
  ];
  return (
    <>
      <dl class="facts">
        {facts.map(([name, value]) =>
          value === null ? null : (
            <Fragment key={name}>
              <dt>{name}</dt>
              <dd class="mono">{value}</dd>
            </Fragment>
          ),
        )}
      </dl>
      <InputList hook={hook} />
    </>
  );
}
