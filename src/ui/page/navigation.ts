import { signal } from "@preact/signals";
import { parseRoute, toHash, withQuery, type Route } from "./route.ts";

/** The open view. */
export const route = signal<Route>(parseRoute(location.hash));

addEventListener("hashchange", () => {
  route.value = parseRoute(location.hash);
});

/** Opens a view; the one before it stays behind the Back button. */
export function open(next: Route): void {
  location.hash = toHash(next);
}

/** Changes what the address says of the open view, without a step for the Back button. */
export function changeQuery(changes: Readonly<Record<string, string>>): void {
  const next = withQuery(route.value, changes);
  history.replaceState(null, "", toHash(next));
  route.value = next;
}

/** The filters travel along when a task is opened and closed. */
export function taskHash(id: string | null): string {
  const { view, query } = route.value;
  const { step: _step, dialog: _dialog, show: _show, ...filters } = query;
  return toHash({ view: "tasks", id, query: view === "tasks" ? filters : {} });
}
