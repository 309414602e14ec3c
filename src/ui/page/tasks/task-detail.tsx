import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { failureText } from "../api.ts";
import { AppTile } from "../app-tile.tsx";
import { focusStep } from "../focus-step.ts";
import { Icon, ToneIcon } from "../icons.tsx";
import { now } from "../live/clock.ts";
import { hooks, loadTask, operations } from "../live/task-store.ts";
import { open, route, taskHash } from "../navigation.ts";
import { ProgressBar } from "../progress-bar.tsx";
import { agoText } from "../time-text.ts";
import type { Operation } from "../views.ts";
import { describeStatus, toneOf, versionText } from "../words.ts";
import { ActionButtons } from "./action-buttons.tsx";
import { Elapsed } from "./elapsed.tsx";
import { Labels } from "./labels.tsx";
import { StepList } from "./step-list.tsx";
import { StepPanel } from "./step-panel.tsx";

/** One install or upgrade: where it stands, its steps, and the step that matters now. */
export function TaskDetail({ id }: { id: string }) {
  const failure = useSignal("");
  const hook = hooks.value.get(id);
  const task = operations.value.get(id);
  useEffect(() => {
    const stopping = new AbortController();
    loadTask(id, stopping.signal).catch((error: unknown) => {
      if (!stopping.signal.aborted) failure.value = failureText(error);
    });
    return () => stopping.abort();
  }, [id]);
  useEffect(() => {
    // The address of a hook's task leads to its operation.
    if (hook !== undefined) open({ view: "tasks", id: hook.parentId, query: {} });
  }, [hook?.parentId]);
  if (task === undefined) {
    return failure.value === "" ? <TaskSkeleton /> : <p class="hint tone-failed">{failure.value}</p>;
  }
  return <Detail task={task} />;
}

function Detail({ task }: { task: Operation }) {
  const focus = focusStep(task, route.value.query["step"]);
  const tone = toneOf[task.status];
  const beganAt = task.startedAt ?? task.createdAt;
  return (
    <article class="task-detail" aria-labelledby="task-title">
      <a class="back-link" href={taskHash(null)}>
        <Icon name="back" />
        All tasks
      </a>
      <header class="task-head">
        <AppTile name={task.appName} />
        <div class="task-head-text">
          <h2 id="task-title">{task.title}</h2>
          <p class="muted task-head-meta">
            <span class={`pill tone-${tone}`}>
              <ToneIcon tone={tone} word="" />
              {describeStatus(task)}
            </span>
            <span>{versionText(task)}</span>
            <Labels task={task} />
          </p>
        </div>
        <Elapsed
          runningSince={task.finishedAt === null ? beganAt : null}
          usedMs={Date.parse(task.finishedAt ?? beganAt) - Date.parse(beganAt)}
          predictedSeconds={task.predictedSeconds}
          word="in all"
        />
      </header>
      <ProgressBar percent={task.progress} tone={tone} label={`Progress of ${task.title}`} />
      <div class="task-line">
        <p class="muted one-line">
          {task.finishedAt === null
            ? task.progressText
            : `Ended ${agoText(Date.parse(task.finishedAt), now.value)}`}
        </p>
        <ActionButtons task={task} />
      </div>
      <div class="task-body">
        <StepList task={task} focus={focus} />
        <StepPanel task={task} index={focus} />
      </div>
    </article>
  );
}

function TaskSkeleton() {
  return (
    <div class="skeleton" aria-busy="true">
      <p class="visually-hidden">Loading the task</p>
      <span />
      <span />
      <span />
    </div>
  );
}
