import type { DocumentStore, JournalStore } from "../datastore/datastore.ts";
import { errorText } from "../errors.ts";
import type { HookTaskRecord } from "../task/hook-task.ts";
import { foldOperationEntry, initialOperationState, type OperationRecord } from "../task/operation-task.ts";
import { isTerminal } from "../task/task-state.ts";
import { releaseBundle } from "./bundle-store.ts";
import type { Decision } from "./desk.ts";
import type { Retention } from "./retention.ts";
import { getJson, listKeys, putJsonIfAbsent } from "./stored-json.ts";
import { firstTaskIdAt } from "./task-id.ts";
import { readHookState, readJournal } from "./task-journal.ts";

/** Where documents of one task are, with keys that begin with `<task id>/`. */
const taskCollections = ["answers", "decisions"] as const;

export interface RemoveEndedOptions {
  journals: JournalStore;
  documents: DocumentStore;
  now: number;
  retention: Retention;
  /** Removes the queue's jobs of these tasks; false, and nothing happened, when one of them has not ended. */
  removeJobs(taskIds: readonly string[]): Promise<boolean>;
  /** Told of each operation that is gone. */
  onRemoved(operationId: string): void;
  /** Hears of what could not be removed; it is tried again the next time. */
  onTrouble(text: string): void;
  /** Ends it between two operations. */
  signal: AbortSignal;
}

/** What is to be removed, written down before anything is. */
interface Removal {
  /** The operation and its hooks. */
  tasks: string[];
  bundles: string[];
}

/**
 * Removes what is kept of installs and upgrades whose time is over; gives the number of them.
 *
 * 1. Only of one that has ended, with all its hooks, and whose jobs have ended: nobody will look at it to go on.
 * 2. What is to be removed is written down first. Whoever finds such a list carries it out, so that a kill at any moment
 *    leaves nothing behind that nobody knows of.
 * 3. Jobs go first, then records: from then on the tasks are unknown, never half known. Bundles go last.
 * 4. Each step may be done twice, and by several workers at once.
 */
export async function removeEnded(options: RemoveEndedOptions): Promise<number> {
  const { documents, signal } = options;
  let removed = 0;
  const attempt = async (id: string, work: () => Promise<boolean>): Promise<void> => {
    if (signal.aborted) return;
    try {
      if (!(await work())) return;
      removed += 1;
      options.onRemoved(id);
    } catch (error) {
      if (!signal.aborted) options.onTrouble(`task ${id} cannot be removed now: ${errorText(error)}`);
    }
  };
  for await (const id of listKeys(documents, "removals")) {
    await attempt(id, async () => {
      const removal = await getJson<Removal>(documents, "removals", id);
      if (removal !== null) await carryOut(options, id, removal);
      return removal !== null;
    });
  }
  for await (const [id, isBeyondMost] of candidates(options)) {
    await attempt(id, () => removeIfDue(options, id, isBeyondMost));
  }
  return removed;
}

/** What was made so long ago that it can be due, and what is beyond the number that is kept; newest first. */
async function* candidates({ documents, retention, now }: RemoveEndedOptions) {
  const oldEnough = firstTaskIdAt(now - retention.afterEndMs + 1);
  let count = 0;
  for await (const id of listKeys(documents, "operations")) {
    count += 1;
    const isBeyondMost = count > retention.maxOperations;
    if (isBeyondMost || id < oldEnough) yield [id, isBeyondMost] as const;
  }
}

async function removeIfDue(options: RemoveEndedOptions, id: string, isBeyondMost: boolean): Promise<boolean> {
  const { documents, journals, now, retention } = options;
  const record = await getJson<OperationRecord>(documents, "operations", id);
  if (record === null) return false;
  const entries = await readJournal(journals, id);
  const state = entries.reduce(foldOperationEntry, initialOperationState(record));
  if (!isTerminal(state.status) || state.finishedAt === null) return false;
  if (!isBeyondMost && state.finishedAt + retention.afterEndMs > now) return false;
  const hooks = hooksOf(record);
  for (const hook of hooks) if (!(await hasEndedOrNeverBegan(options, hook))) return false;
  const tasks = [...hooks.map((hook) => hook.id), id];
  const bundles = await bundlesOf(options, hooks);
  if (!(await options.removeJobs(tasks))) return false;
  const removal: Removal = { tasks, bundles };
  await putJsonIfAbsent(documents, "removals", id, removal);
  await carryOut(options, id, removal);
  return true;
}

function hooksOf(record: OperationRecord): HookTaskRecord[] {
  return record.steps.flatMap((step) => (step.kind === "hook" && step.task !== null ? [step.task] : []));
}

async function hasEndedOrNeverBegan(options: RemoveEndedOptions, hook: HookTaskRecord): Promise<boolean> {
  const { status } = await readHookState(options, hook.id);
  return status === "PENDING" || isTerminal(status);
}

/** Those the tasks began with, and those of a Retry fresh. */
async function bundlesOf(
  { documents }: RemoveEndedOptions,
  hooks: readonly HookTaskRecord[],
): Promise<string[]> {
  const found = new Set(hooks.map(({ bundleSha256 }) => bundleSha256));
  for (const { id } of hooks) {
    for await (const key of listKeys(documents, "decisions", `${id}/`)) {
      const decision = await getJson<Decision>(documents, "decisions", key);
      if (decision?.bundleSha256 !== undefined) found.add(decision.bundleSha256);
    }
  }
  return [...found];
}

async function carryOut(
  { documents, journals }: RemoveEndedOptions,
  id: string,
  { tasks, bundles }: Removal,
): Promise<void> {
  await documents.remove("operations", id);
  for (const task of tasks) await documents.remove("hook-tasks", task);
  for (const task of tasks) {
    await journals.remove(task);
    for (const collection of taskCollections) {
      for await (const key of listKeys(documents, collection, `${task}/`))
        await documents.remove(collection, key);
    }
  }
  for (const sha256 of bundles) await releaseBundle(documents, sha256, id);
  await documents.remove("removals", id);
}
