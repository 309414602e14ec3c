import { AppTile } from "../app-tile.tsx";
import { now } from "../live/clock.ts";
import { listState, loadMore, operations, shownTasks, taskFilter } from "../live/task-store.ts";
import { route, taskHash } from "../navigation.ts";
import { ProgressBar } from "../progress-bar.tsx";
import { toTaskQuery } from "../task-filter.ts";
import { agoText, durationText } from "../time-text.ts";
import { useWork } from "../use-work.ts";
import type { Operation } from "../views.ts";
import { describeDoing, describeStatus, toneOf } from "../words.ts";
import { ToneIcon } from "../icons.tsx";
import { TaskFilters } from "./task-filters.tsx";

export function TaskList() {
  const tasks = shownTasks.value;
  const { query, nextCursor, failure } = listState.value;
  const loaded = query === JSON.stringify(toTaskQuery(taskFilter.value));
  return (
    <section class="task-list" aria-labelledby="task-list-title">
      <div class="pane-head">
        <h1 id="task-list-title">Tasks</h1>
        <a class="button primary small" href="#/catalog">
          Install an app
        </a>
      </div>
      <TaskFilters />
      {failure !== "" && tasks.length === 0 && <p class="hint tone-failed">{failure}</p>}
      {loaded && tasks.length === 0 && failure === "" && (
        <p class="empty-list muted">
          {operations.value.size === 0 ? "No tasks yet." : "No task fits these filters."}
        </p>
      )}
      <ul class="task-rows">
        {tasks.map((task) => (
          <li key={task.id}>
            <TaskRow task={task} />
          </li>
        ))}
      </ul>
      {nextCursor !== null && <MoreButton />}
    </section>
  );
}

function TaskRow({ task }: { task: Operation }) {
  const isOpen = route.value.id === task.id;
  const tone = toneOf[task.status];
  return (
    <a class={`task-row tone-${tone}`} href={taskHash(task.id)} aria-current={isOpen ? "true" : undefined}>
      <AppTile name={task.appName} />
      <span class="task-row-title">{task.title}</span>
      <span class="task-row-time muted">{timeOf(task)}</span>
      <span class="task-row-doing muted">{describeDoing(task)}</span>
      <span class="pill">
        <ToneIcon tone={tone} word="" />
        {describeStatus(task)}
      </span>
      {task.finishedAt === null && (
        <ProgressBar percent={task.progress} tone={tone} label={`Progress of ${task.title}`} />
      )}
    </a>
  );
}

/** How long it has been running, or how long ago it ended. */
function timeOf(task: Operation): string {
  if (task.finishedAt !== null) return agoText(Date.parse(task.finishedAt), now.value);
  return durationText(now.value - Date.parse(task.createdAt));
}

function MoreButton() {
  const more = useWork(loadMore);
  return (
    <button type="button" class="button wide" disabled={more.busy} onClick={more.start}>
      Show older tasks
    </button>
  );
}
