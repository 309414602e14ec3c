/** The open view, as the address has it after `#`: it survives a reload and can be sent to somebody. */
export interface Route {
  view: ViewName;
  /** A task's id, or a script's name. */
  id: string | null;
  query: Readonly<Record<string, string>>;
}

export const viewNames = ["tasks", "catalog", "expert", "history"] as const;
export type ViewName = (typeof viewNames)[number];

/** Reads the part after `#`; what is not known leads to the tasks. */
export function parseRoute(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?");
  const [name = "", id = ""] = path.split("/");
  const view = viewNames.find((known) => known === name) ?? "tasks";
  return {
    view,
    id: view === name && id !== "" ? decode(id) : null,
    query: Object.fromEntries(new URLSearchParams(search)),
  };
}

/** `#/tasks/tsk_1?step=2`. */
export function toHash({ view, id, query }: Route): string {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== "")).toString();
  const path = id === null ? view : `${view}/${encodeURIComponent(id)}`;
  return `#/${path}${search === "" ? "" : `?${search}`}`;
}

/** The route with other values in its query; an empty value removes its name. */
export function withQuery(route: Route, changes: Readonly<Record<string, string>>): Route {
  return { ...route, query: { ...route.query, ...changes } };
}

/** The one-time code of the address that the server prints, `#signin=CODE`. */
export function parseSignInCode(hash: string): string | null {
  const code = /^#signin=([A-Za-z0-9_-]{1,200})$/.exec(hash)?.[1];
  return code ?? null;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
