import { taskHash } from "../navigation.ts";
import { toHash } from "../route.ts";
import type { Task } from "../views.ts";

/** A task's labels, each leading to the tasks that have it too; and the task it repeats. */
export function Labels({ task }: { task: Task }) {
  const labels = Object.entries(task.labels);
  const { retryOf } = task;
  if (labels.length === 0 && retryOf === null) return null;
  return (
    <span class="labels">
      {retryOf !== null && (
        <a class="label" href={taskHash(retryOf)}>
          repeats an earlier task
        </a>
      )}
      {labels.map(([name, value]) => (
        <a
          key={name}
          class="label"
          href={toHash({ view: "tasks", id: null, query: { label: `${name}:${value}` } })}
        >
          {name}: {value}
        </a>
      ))}
    </span>
  );
}
