import { computed, signal } from "@preact/signals";
import { api, ask, forgetRead, readChanged } from "../api.ts";
import { route } from "../navigation.ts";
import { byAge, isShown, readFilter, toTaskQuery } from "../task-filter.ts";
import type { Hook, Operation, Task, TaskList } from "../views.ts";

/** Every task the page knows, as it was last told. */
export const operations = signal<ReadonlyMap<string, Operation>>(new Map());
export const hooks = signal<ReadonlyMap<string, Hook>>(new Map());

/** How the list stands. */
interface ListState {
  /** What was asked for; empty before the first answer. */
  query: string;
  /** Where older rows begin; null when there are none. */
  nextCursor: string | null;
  /** Older rows have been read too. */
  isDeep: boolean;
  failure: string;
}

const nothingListed: ListState = { query: "", nextCursor: null, isDeep: false, failure: "" };

export const listState = signal<ListState>(nothingListed);

/** The list's, also while another view is open. */
export const taskFilter = computed(() => readFilter(route.value.view === "tasks" ? route.value.query : {}));

/** The rows of the list, newest first. */
export const shownTasks = computed(() =>
  [...operations.value.values()].filter((task) => isShown(task, taskFilter.value)).toSorted(byAge),
);

/** Tasks that wait for somebody, as they were last read; they need not be in the list. */
const waiting = signal<ReadonlyMap<string, Operation>>(new Map());

/** How many tasks wait for somebody. */
export const waitingCount = computed(
  () =>
    [...new Map([...waiting.value, ...operations.value]).values()].filter(
      ({ status, dismissedAt }) => status.startsWith("AWAITING") && dismissedAt === null,
    ).length,
);

type ChangeListener = (before: Task | undefined, after: Task) => void;
const listeners = new Set<ChangeListener>();

/** Hears of each change of a task that was known before, or has just come to be; call what it returns to hear no more. */
export function onTaskChange(listener: ChangeListener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Takes a view in, unless a newer one is known already. */
export function applyView(task: Task): void {
  const children = task.kind === "operation" ? (task.children ?? []) : [];
  if (task.kind === "operation") {
    const known = operations.value.get(task.id);
    if (known === undefined || known.revision <= task.revision) {
      operations.value = new Map(operations.value).set(task.id, task);
      tell(known, task);
    }
  } else {
    const known = hooks.value.get(task.id);
    if (known === undefined || known.revision <= task.revision) {
      hooks.value = new Map(hooks.value).set(task.id, task);
      tell(known, task);
    }
  }
  for (const child of children) applyView(child);
}

export function removeTask(id: string): void {
  const others = new Map(waiting.value);
  if (others.delete(id)) waiting.value = others;
  const rest = new Map(operations.value);
  if (!rest.delete(id)) return;
  operations.value = rest;
  forgetRead();
}

/** Forgets everything: somebody else may sign in. */
export function forgetTasks(): void {
  operations.value = new Map();
  hooks.value = new Map();
  waiting.value = new Map();
  listState.value = nothingListed;
  forgetRead();
}

/** Reads what is on the screen: the list as it is filtered, and the open task. Rejects when the server cannot be reached. */
export async function refresh(stopping: AbortSignal): Promise<void> {
  await Promise.all([loadList(stopping), loadWaiting(stopping), loadOpenTask(stopping)]);
}

/** So many are counted. */
const mostWaiting = 100;

async function loadWaiting(stopping: AbortSignal): Promise<void> {
  const query = { ...toTaskQuery(readFilter({ status: "waiting" })), limit: mostWaiting };
  const page = await readChanged({ place: "waiting", what: "" }, (headers) =>
    api.GET("/v1/tasks", { params: { query }, headers, cache: "no-store", signal: stopping }),
  );
  if (page === null) return;
  waiting.value = new Map(page.items.flatMap((task) => (task.kind === "operation" ? [[task.id, task]] : [])));
}

async function loadList(stopping: AbortSignal): Promise<void> {
  const toldMeanwhile = new Set<string>();
  const stopListening = onTaskChange((_before, after) => void toldMeanwhile.add(after.id));
  try {
    await readList(stopping, toldMeanwhile);
  } finally {
    stopListening();
  }
}

async function readList(stopping: AbortSignal, toldMeanwhile: ReadonlySet<string>): Promise<void> {
  const filter = toTaskQuery(taskFilter.value);
  const query = JSON.stringify(filter);
  const page = await readChanged({ place: "list", what: query }, (headers) =>
    api.GET("/v1/tasks", { params: { query: filter }, headers, cache: "no-store", signal: stopping }),
  );
  const { query: before, isDeep, nextCursor } = listState.value;
  const goesOn = isDeep && before === query;
  if (page === null) {
    listState.value = { ...listState.value, failure: "" };
    return;
  }
  dropMissing(page, toldMeanwhile);
  for (const task of page.items) applyView(task);
  listState.value = goesOn
    ? { query, nextCursor, isDeep, failure: "" }
    : { query, nextCursor: page.nextCursor, isDeep: false, failure: "" };
}

/**
 * What the server has forgotten since is forgotten here too: rows of this page's stretch that are not in it. What it told of while
 * the page was on its way is newer than the page.
 */
function dropMissing({ items, nextCursor }: TaskList, toldMeanwhile: ReadonlySet<string>): void {
  const oldest = items.at(-1);
  const gone = shownTasks.value.filter(
    (task) =>
      !toldMeanwhile.has(task.id) &&
      !items.some(({ id }) => id === task.id) &&
      (nextCursor === null || (oldest !== undefined && byAge(task, oldest) < 0)),
  );
  for (const { id } of gone) removeTask(id);
}

/** Reads the rows that come after those shown. */
export async function loadMore(): Promise<void> {
  const cursor = listState.value.nextCursor;
  if (cursor === null) return;
  const filter = toTaskQuery(taskFilter.value);
  const query = JSON.stringify(filter);
  const page = await ask(api.GET("/v1/tasks", { params: { query: { ...filter, cursor } } }));
  for (const task of page.items) applyView(task);
  listState.value = { query, nextCursor: page.nextCursor, isDeep: true, failure: "" };
}

async function loadOpenTask(stopping: AbortSignal): Promise<void> {
  const { view, id } = route.value;
  if (view !== "tasks" || id === null) return;
  await loadTask(id, stopping);
}

/** Reads an operation with its hooks. */
export async function loadTask(id: string, stopping: AbortSignal): Promise<void> {
  const task = await readChanged({ place: "task", what: id }, (headers) =>
    api.GET("/v1/tasks/{id}", {
      params: { path: { id }, query: { include: "children" } },
      headers,
      cache: "no-store",
      signal: stopping,
    }),
  );
  if (task !== null) applyView(task);
}

function tell(before: Task | undefined, after: Task): void {
  for (const listener of listeners) listener(before, after);
}
