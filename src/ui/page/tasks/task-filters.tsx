import { operations, taskFilter, waitingCount } from "../live/task-store.ts";
import { changeQuery } from "../navigation.ts";
import { statusGroups, type TaskFilter } from "../task-filter.ts";

/** What the list is narrowed to; kept in the address. */
export function TaskFilters() {
  const filter = taskFilter.value;
  return (
    <search class="filters">
      <div class="chips" role="group" aria-label="State">
        {statusGroups.map(({ group, label }) => (
          <button
            key={group}
            type="button"
            class="chip"
            aria-pressed={filter.group === group}
            onClick={() => changeQuery({ status: group === "all" ? "" : group })}
          >
            {label}
            {group === "waiting" && waitingCount.value > 0 && <span class="badge">{waitingCount.value}</span>}
          </button>
        ))}
      </div>
      <input
        type="search"
        class="search"
        placeholder="Search"
        aria-label="Search in titles"
        value={filter.text}
        onInput={({ currentTarget }) => changeQuery({ q: currentTarget.value })}
      />
      <MoreFilters filter={filter} />
    </search>
  );
}

function MoreFilters({ filter }: { filter: TaskFilter }) {
  const apps = [...new Set([...operations.value.values()].map(({ appName }) => appName))].toSorted();
  if (filter.app !== "" && !apps.includes(filter.app)) apps.push(filter.app);
  return (
    <details class="more-filters">
      <summary>More filters{countText(filter)}</summary>
      <div class="more-filters-fields">
        <label class="field">
          <span class="field-label">App</span>
          <select
            value={filter.app}
            onChange={({ currentTarget }) => changeQuery({ app: currentTarget.value })}
          >
            <option value="">All apps</option>
            {apps.map((app) => (
              <option key={app} value={app}>
                {app}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          <span class="field-label">Label</span>
          <input
            value={filter.label}
            placeholder="name:value"
            spellcheck={false}
            onChange={({ currentTarget }) => changeQuery({ label: currentTarget.value })}
          />
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={filter.dismissed}
            onChange={({ currentTarget }) => changeQuery({ dismissed: currentTarget.checked ? "true" : "" })}
          />
          Dismissed tasks
        </label>
      </div>
    </details>
  );
}

function countText({ app, label, dismissed }: { app: string; label: string; dismissed: boolean }): string {
  const count = [app !== "", label !== "", dismissed].filter(Boolean).length;
  return count === 0 ? "" : ` (${count})`;
}
