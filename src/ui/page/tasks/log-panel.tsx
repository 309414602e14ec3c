import { useSignal, type Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { LogLevel } from "../../../task/task-event.ts";
import { followLog } from "../live/follow-log.ts";
import type { Hook, LogRow } from "../views.ts";

const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** What the hook logged, row by row as it comes. */
export function LogPanel({ hook }: { hook: Hook }) {
  const least = useSignal<LogLevel>("info");
  const follows = useSignal(true);
  const failure = useSignal("");
  const rows = useLogRows(hook, failure);
  const shown = rows.value.filter(({ level }) => levels.indexOf(level) >= levels.indexOf(least.value));
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (follows.value) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [shown.length, follows.value]);

  return (
    <div class="log">
      <LogTools follows={follows} least={least} count={shown.length} />
      {failure.value !== "" && <p class="hint tone-failed">{failure.value}</p>}
      <div class="log-rows" ref={box} tabindex={0} role="log" aria-label="Log" aria-live="off">
        {shown.map(({ cursor, at, level, message }) => (
          <p key={cursor} class={`log-row level-${level}`}>
            <time dateTime={at}>{at.slice(11, 19)}</time>
            <span class="log-level">{level}</span>
            <span class="log-message">{message}</span>
          </p>
        ))}
        {shown.length === 0 && <p class="muted log-row">Nothing logged so far.</p>}
      </div>
    </div>
  );
}

function useLogRows(hook: Hook, failure: Signal<string>): Signal<readonly LogRow[]> {
  const rows = useSignal<readonly LogRow[]>([]);
  const isOver = hook.finishedAt !== null;
  useEffect(() => {
    const stopping = new AbortController();
    const add = (more: readonly LogRow[]): void => {
      const known = new Set(rows.value.map(({ cursor }) => cursor));
      const fresh = more.filter(({ cursor }) => !known.has(cursor));
      rows.value = [...rows.value, ...fresh].toSorted((left, right) => left.at.localeCompare(right.at));
    };
    void followLog({ taskId: hook.id, isOver, add, failure, signal: stopping.signal });
    return () => stopping.abort();
  }, [hook.id, isOver]);
  return rows;
}

interface LogToolsProps {
  follows: Signal<boolean>;
  least: Signal<LogLevel>;
  count: number;
}

function LogTools({ follows, least, count }: LogToolsProps) {
  return (
    <div class="log-tools">
      <label class="check">
        <input
          type="checkbox"
          checked={follows.value}
          onChange={({ currentTarget }) => {
            follows.value = currentTarget.checked;
          }}
        />
        Follow
      </label>
      <label class="inline-field">
        <span>From level</span>
        <select
          value={least.value}
          onChange={({ currentTarget }) => {
            least.value = levels.find((level) => level === currentTarget.value) ?? "info";
          }}
        >
          {levels.map((level) => (
            <option key={level} value={level}>
              {level}
            </option>
          ))}
        </select>
      </label>
      <span class="muted log-count">{count === 1 ? "1 row" : `${count} rows`}</span>
    </div>
  );
}
