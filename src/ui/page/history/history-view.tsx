import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { hookEvents } from "../../../schema/install-script.ts";
import { api, ask, failureText } from "../api.ts";
import { ToneIcon } from "../icons.tsx";
import { carryOut } from "../live/actions.ts";
import { now } from "../live/clock.ts";
import { changeQuery, open, route } from "../navigation.ts";
import { agoText, tookText } from "../time-text.ts";
import type { Hook, History } from "../views.ts";
import { useWork } from "../use-work.ts";
import { eventWords, statusWords, toneOf } from "../words.ts";
import { endedStatuses, retentionText, toHistoryQuery } from "./history-query.ts";

interface HistoryState {
  items: readonly Hook[];
  nextCursor: string | null;
  retention: History["retention"] | null;
  loaded: boolean;
  failure: string;
}

/** Every execution of a hook that has ended, newest first. */
export function HistoryView() {
  const state = useSignal<HistoryState>({
    items: [],
    nextCursor: null,
    retention: null,
    loaded: false,
    failure: "",
  });
  const filter = toHistoryQuery(route.value.query);
  const query = JSON.stringify(filter);
  const load = async (cursor: string | null, signal: AbortSignal): Promise<void> => {
    try {
      const place = cursor === null ? {} : { cursor };
      const page = await ask(api.GET("/v1/history", { params: { query: { ...filter, ...place } }, signal }));
      const before = cursor === null ? [] : state.value.items;
      const { nextCursor, retention } = page;
      state.value = { items: [...before, ...page.items], nextCursor, retention, loaded: true, failure: "" };
    } catch (error) {
      if (!signal.aborted) state.value = { ...state.value, loaded: true, failure: failureText(error) };
    }
  };
  useEffect(() => {
    const stopping = new AbortController();
    void load(null, stopping.signal);
    return () => stopping.abort();
  }, [query]);
  const { items, nextCursor, retention, loaded, failure } = state.value;
  return (
    <section class="view" aria-labelledby="history-title">
      <div class="pane-head">
        <h1 id="history-title">History</h1>
      </div>
      <HistoryFilters />
      {failure !== "" && <p class="hint tone-failed">{failure}</p>}
      {loaded && items.length === 0 && failure === "" && (
        <p class="muted empty-list">No execution fits these filters.</p>
      )}
      {items.length > 0 && <HistoryTable items={items} />}
      {nextCursor !== null && (
        <button
          type="button"
          class="button wide"
          onClick={() => void load(nextCursor, new AbortController().signal)}
        >
          Show older executions
        </button>
      )}
      {retention !== null && <p class="muted retention">{retentionText(retention)}</p>}
    </section>
  );
}

function HistoryFilters() {
  const { query } = route.value;
  const field = (name: string) => ({
    value: query[name] ?? "",
    onChange: ({ currentTarget }: { currentTarget: HTMLInputElement | HTMLSelectElement }) =>
      changeQuery({ [name]: currentTarget.value }),
  });
  return (
    <search class="history-filters">
      <label class="field">
        <span class="field-label">App</span>
        <input {...field("app")} spellcheck={false} />
      </label>
      <label class="field">
        <span class="field-label">Hook</span>
        <input {...field("hook")} spellcheck={false} />
      </label>
      <label class="field">
        <span class="field-label">State</span>
        <select {...field("status")}>
          <option value="">Any</option>
          {endedStatuses.map((status) => (
            <option key={status} value={status}>
              {statusWords[status]}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span class="field-label">Event</span>
        <select {...field("event")}>
          <option value="">Any</option>
          {hookEvents.map((event) => (
            <option key={event} value={event}>
              {eventWords[event]}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span class="field-label">Label</span>
        <input {...field("label")} placeholder="name:value" spellcheck={false} />
      </label>
    </search>
  );
}

function HistoryTable({ items }: { items: readonly Hook[] }) {
  return (
    <table class="history">
      <thead>
        <tr>
          <th scope="col">Hook</th>
          <th scope="col">App</th>
          <th scope="col">Event</th>
          <th scope="col">Took</th>
          <th scope="col">Ended</th>
          <th scope="col">
            <span class="visually-hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((hook) => (
          <HistoryRow key={hook.id} hook={hook} />
        ))}
      </tbody>
    </table>
  );
}

function HistoryRow({ hook }: { hook: Hook }) {
  const {
    id,
    title,
    hookId,
    parentId,
    appName,
    event,
    status,
    durationMs,
    attempt,
    finishedAt,
    updatedAt,
    error,
  } = hook;
  const tone = toneOf[status];
  const again = useWork(async () => {
    const task = await carryOut(id, "rerun");
    if (task !== null) open({ view: "tasks", id: task.kind === "hook" ? task.parentId : task.id, query: {} });
  });
  return (
    <tr>
      <td class="history-hook">
        <ToneIcon tone={tone} word={`${statusWords[status]}:`} />
        <span>
          <a href={`#/tasks/${encodeURIComponent(parentId)}`}>{title}</a>
          <span class="muted history-id">{error === null ? hookId : error.title}</span>
        </span>
      </td>
      <td data-label="App">{appName}</td>
      <td data-label="Event">{eventWords[event]}</td>
      <td data-label="Took">
        {tookText(durationMs)}
        {attempt > 1 && <span class="muted"> in {attempt} attempts</span>}
      </td>
      <td data-label="Ended">{agoText(Date.parse(finishedAt ?? updatedAt), now.value)}</td>
      <td class="history-actions">
        {hook.actions.some(({ name }) => name === "rerun") && (
          <button
            type="button"
            class="button small"
            aria-label={`Run ${title} again`}
            disabled={again.busy}
            onClick={again.start}
          >
            Run again
          </button>
        )}
      </td>
    </tr>
  );
}
