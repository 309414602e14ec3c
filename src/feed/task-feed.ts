import { createHash } from "node:crypto";
import type { QueueEvents } from "bullmq";
import type { Datastore } from "../datastore/datastore.ts";
import { errorCodeOf, errorText } from "../errors.ts";
import type { TaskReader } from "../install/task-reader.ts";
import { hooksQueue, operationsQueue } from "../queue/queue-names.ts";
import { isTerminal } from "../task/task-state.ts";
import type { TaskView } from "../task/task-view.ts";
import { createChangeLog, type ChangeLog, type TaskChange } from "./change-log.ts";
import { readKeptTasks } from "./kept-tasks.ts";
import { createTaskIndex, type TaskIndex } from "./task-index.ts";
import { toTaskSummary, type TaskSummary } from "./task-summary.ts";

/** A task as it was read, ready to be handed out many times. */
export interface TaskSnapshot {
  view: TaskView;
  /** The view as JSON. */
  json: string;
  /** Names this state of the view; another state has another one. */
  tag: string;
}

/**
 * Follows all tasks of a datastore, whichever process works on them, through the queues' events.
 *
 * 1. A change is told after it is kept; what is told is what a read at that time gives.
 * 2. A snapshot is at most `freshMs` (`endedFreshMs`) old, and dropped as soon as its task changes.
 * 3. Changes of one task that come close together are told as one.
 */
export interface TaskFeed {
  /** Rejects with `TASK_UNKNOWN`. */
  snapshot(id: string): Promise<TaskSnapshot>;
  /** Ids of wanted tasks, newest first. */
  select: TaskIndex["select"];
  readonly size: number;
  readonly latestId: string;
  since: ChangeLog["since"];
  /** Calls back with each change until the returned function is called. */
  follow(onChange: (change: TaskChange) => void): () => void;
  /**
   * Calls back each time something was written about a task, also what does not show in its view: a line of its log.
   */
  followWrites(onWrite: (task: TaskSummary) => void): () => void;
  /** For whoever has just changed a task: resolves when what is handed out has the change. */
  refresh(id: string): Promise<void>;
  close(): Promise<void>;
}

export interface TaskFeedOptions {
  datastore: Datastore;
  reader: Pick<TaskReader, "getTask" | "getHookTasks">;
  /** How old a snapshot of a task that has not ended may be, in milliseconds; default 2000. */
  freshMs?: number;
  /**
   * The same for one that has ended: it never changes, but its retention ends, and not every datastore's queue says so.
   * Default 60000.
   */
  endedFreshMs?: number;
  /** How many changes are kept for those who were away; default 2000. */
  keptChanges?: number;
  /** Hears of trouble that needs no answer. */
  onTrouble(text: string): void;
}

/** Snapshots kept in memory. */
const mostSnapshots = 2000;

/** Starts to follow, and reads which tasks there are. */
export async function createTaskFeed(options: TaskFeedOptions): Promise<TaskFeed> {
  const feed = new QueueFeed(options);
  try {
    await feed.open();
    return feed;
  } catch (error) {
    await feed.close();
    throw error;
  }
}

interface KeptSnapshot {
  /** What was read last, when that began, and whether it can still change; null: nothing yet. */
  latest: { snapshot: TaskSnapshot; readAt: number; isEnded: boolean } | null;
  /** The read under way. */
  reading: Promise<TaskSnapshot> | null;
}

class QueueFeed implements TaskFeed {
  private readonly options: TaskFeedOptions;
  private readonly index = createTaskIndex();
  private readonly changes: ChangeLog;
  private readonly snapshots = new Map<string, KeptSnapshot>();
  private readonly followers = new Set<(change: TaskChange) => void>();
  private readonly writeFollowers = new Set<(task: TaskSummary) => void>();
  /** The state of each task that was told last. */
  private readonly told = new Map<string, string>();
  /** Tasks being read because of a change; true: it has changed again meanwhile. */
  private readonly refreshing = new Map<string, { again: boolean; done: Promise<void> }>();
  private streams: QueueEvents[] = [];

  constructor(options: TaskFeedOptions) {
    this.options = options;
    this.changes = createChangeLog(options.keptChanges ?? 2000);
  }

  get size(): number {
    return this.index.size;
  }

  get latestId(): string {
    return this.changes.latestId;
  }

  async open(): Promise<void> {
    const { datastore, reader } = this.options;
    for (const name of [operationsQueue, hooksQueue]) {
      const stream = await datastore.bull.events(name);
      this.streams.push(stream);
      this.listen(stream);
    }
    for await (const view of readKeptTasks(datastore, reader)) {
      // What the streams told meanwhile is newer.
      if (this.index.get(view.id) === undefined) this.index.put(toTaskSummary(view));
    }
  }

  select(...args: Parameters<TaskIndex["select"]>): ReturnType<TaskIndex["select"]> {
    return this.index.select(...args);
  }

  since(id: string): TaskChange[] | null {
    return this.changes.since(id);
  }

  follow(onChange: (change: TaskChange) => void): () => void {
    this.followers.add(onChange);
    return () => void this.followers.delete(onChange);
  }

  async snapshot(id: string): Promise<TaskSnapshot> {
    const kept = this.snapshots.get(id);
    if (kept === undefined || kept.latest === null) return await (kept?.reading ?? this.read(id));
    const { snapshot, readAt, isEnded } = kept.latest;
    const { freshMs = 2000, endedFreshMs = 60_000 } = this.options;
    const limitMs = isEnded ? endedFreshMs : freshMs;
    const ageMs = performance.now() - readAt;
    if (ageMs >= limitMs) return await (kept.reading ?? this.read(id));
    // What goes wrong is told to whoever has to wait for it.
    if (ageMs >= limitMs / 2 && kept.reading === null) this.read(id).catch(() => {});
    return snapshot;
  }

  async refresh(id: string): Promise<void> {
    const running = this.refreshing.get(id);
    if (running !== undefined) {
      running.again = true;
      return await running.done;
    }
    const state = { again: true, done: Promise.resolve() };
    this.refreshing.set(id, state);
    state.done = this.readAndTell(id, state);
    await state.done;
  }

  followWrites(onWrite: (task: TaskSummary) => void): () => void {
    this.writeFollowers.add(onWrite);
    return () => void this.writeFollowers.delete(onWrite);
  }

  async close(): Promise<void> {
    this.followers.clear();
    this.writeFollowers.clear();
    await Promise.all(this.streams.map((stream) => stream.close()));
    await Promise.all([...this.refreshing.values()].map(({ done }) => done));
  }

  private listen(stream: QueueEvents): void {
    const onJob = ({ jobId }: { jobId: string }): void => void this.refresh(jobId);
    stream.on("added", onJob);
    stream.on("progress", onJob);
    stream.on("completed", onJob);
    stream.on("removed", ({ jobId }) => this.forget(jobId));
    stream.on("error", (error) => this.options.onTrouble(`following tasks: ${errorText(error)}`));
  }

  private async readAndTell(id: string, state: { again: boolean }): Promise<void> {
    try {
      while (state.again) {
        state.again = false;
        await this.tell(id);
      }
    } catch (error) {
      // Removed by its retention, or the datastore is away: the next read finds out, and tells.
      this.snapshots.delete(id);
      this.told.delete(id);
      if (errorCodeOf(error) !== "TASK_UNKNOWN") this.options.onTrouble(`task ${id}: ${errorText(error)}`);
    } finally {
      this.refreshing.delete(id);
    }
  }

  private async tell(id: string): Promise<void> {
    const { view, tag } = await this.read(id);
    const isNew = this.index.get(id) === undefined;
    const task = toTaskSummary(view);
    this.index.put(task);
    for (const onWrite of this.writeFollowers) onWrite(task);
    if (this.told.get(id) === tag) return;
    this.told.set(id, tag);
    this.publish({ type: isNew ? "task.created" : "task.updated", task, view });
    if (view.kind === "hook") void this.refresh(view.parentId);
    else if (isNew || isTerminal(view.status)) await this.tellHooks(id);
  }

  /** The hooks of an operation are tasks from its beginning to its end, also those that never have a job. */
  private async tellHooks(operationId: string): Promise<void> {
    for (const view of await this.options.reader.getHookTasks(operationId)) {
      const known = this.index.get(view.id);
      if (known !== undefined) {
        if (known.status !== view.status && isTerminal(view.status)) await this.refresh(view.id);
        continue;
      }
      // Its retention ended while its hooks were read.
      if (this.index.get(operationId) === undefined) return;
      const task = toTaskSummary(view);
      this.index.put(task);
      this.publish({ type: "task.created", task, view });
    }
  }

  private publish(news: Parameters<ChangeLog["add"]>[0]): void {
    const change = this.changes.add(news);
    for (const onChange of this.followers) onChange(change);
  }

  private forget(id: string): void {
    const task = this.index.get(id);
    this.snapshots.delete(id);
    this.told.delete(id);
    if (task === undefined) return;
    this.index.remove(id);
    this.publish({ type: "task.removed", task, view: null });
    if (task.kind === "hook") return;
    // Some of them never had a job whose end would be told.
    const hooks = this.index.select({ parent: id }, { limit: Number.POSITIVE_INFINITY });
    for (const hook of hooks.ids) this.forget(hook);
  }

  private async read(id: string): Promise<TaskSnapshot> {
    const kept = this.snapshots.get(id) ?? { latest: null, reading: null };
    const readAt = performance.now();
    const reading = this.options.reader.getTask(id).then(toSnapshot);
    kept.reading = reading;
    // The one not read for longest goes when there are too many.
    this.snapshots.delete(id);
    this.snapshots.set(id, kept);
    if (this.snapshots.size > mostSnapshots)
      this.snapshots.delete(this.snapshots.keys().next().value as string);
    try {
      const snapshot = await reading;
      const isLatest = kept.latest === null || kept.latest.readAt <= readAt;
      if (isLatest) kept.latest = { snapshot, readAt, isEnded: isTerminal(snapshot.view.status) };
      return snapshot;
    } catch (error) {
      if (kept.latest === null && this.snapshots.get(id) === kept) this.snapshots.delete(id);
      // Its retention has ended, and the queue's word of that has not come yet.
      if (errorCodeOf(error) === "TASK_UNKNOWN") this.forget(id);
      throw error;
    } finally {
      if (kept.reading === reading) kept.reading = null;
    }
  }
}

function toSnapshot(view: TaskView): TaskSnapshot {
  const json = JSON.stringify(view);
  return { view, json, tag: createHash("sha256").update(json).digest("base64url").slice(0, 22) };
}
