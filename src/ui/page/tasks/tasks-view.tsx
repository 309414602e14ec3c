import { InputDialog } from "../inputs/input-dialog.tsx";
import { hooks, operations } from "../live/task-store.ts";
import { changeQuery, route } from "../navigation.ts";
import { TaskDetail } from "./task-detail.tsx";
import { TaskList } from "./task-list.tsx";

/** The list of tasks, and beside it the one that is open; on a phone one at a time. */
export function TasksView() {
  const { id, query } = route.value;
  const asked = hooks.value.get(query["dialog"] ?? "");
  return (
    <div class={id === null ? "tasks" : "tasks has-open"}>
      <TaskList />
      <section class="task-pane" aria-label="Open task">
        {id === null ? <NothingOpen /> : <TaskDetail key={id} id={id} />}
      </section>
      {asked !== undefined && <InputDialog hook={asked} onClose={() => changeQuery({ dialog: "" })} />}
    </div>
  );
}

function NothingOpen() {
  const isEmpty = operations.value.size === 0;
  return (
    <div class="empty">
      <p class="empty-title">
        {isEmpty ? "Nothing has been installed yet" : "Choose a task to see what it does"}
      </p>
      <p class="muted">Each install and upgrade shows up here, with its hooks and where they stand.</p>
      <p class="row">
        <a class="button primary" href="#/catalog">
          Install an app
        </a>
        <a class="button" href="#/expert">
          Run a script
        </a>
      </p>
    </div>
  );
}
