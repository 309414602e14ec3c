import { DelayedError, WaitingChildrenError, type Job, type Queue, type Worker } from "bullmq";
import type { Datastore } from "../datastore/datastore.ts";
import { TackleboxError, errorCodeOf, errorText } from "../errors.ts";
import { advanceHookTask, lookUpTask } from "../install/advance-hook-task.ts";
import { advanceOperation, operationWaitKey } from "../install/advance-operation.ts";
import { hasNews } from "../install/parked-task.ts";
import type { Runtime } from "../install/runtime.ts";
import type { SignInPoll } from "../install/sign-ins.ts";
import { getJson } from "../install/stored-json.ts";
import { openTaskJournal } from "../install/task-journal.ts";
import { plainTaskError } from "../install/to-task-error.ts";
import type { HookTaskRecord } from "../task/hook-task.ts";
import {
  foldOperationEntry,
  initialOperationState,
  nextStepIndex,
  type OperationRecord,
} from "../task/operation-task.ts";
import { changeDelay } from "./change-delay.ts";
import { enqueueForgotten } from "./enqueue-forgotten.ts";
import { createLeaseKeeper, type LeaseKeeper } from "./lease-keeper.ts";
import type { TaskView } from "../task/task-view.ts";
import { hooksQueue, operationsQueue, type JobData } from "./queue-names.ts";
import { removeEndedJobs } from "./remove-ended-jobs.ts";
import {
  addSignInPoll,
  runSignInPoll,
  signInConcurrency,
  signInsQueue,
  type SignInJob,
} from "./sign-in-polls.ts";
import { takeBackJobs } from "./take-back-jobs.ts";
import { createStalledJobs, type StalledJobs } from "./stalled-jobs.ts";
import { createTimeKeeper, type TimeKeeper } from "./time-keeper.ts";
import { createViewPublisher } from "./view-publisher.ts";

/** A parked job is woken by a person; until then it is delayed for about five years (BullMQ counts to ten). */
const parkedForMs = 5 * 365 * 24 * 3_600_000;

/** No timed wait is as long. */
const longestTimedMs = 365 * 24 * 3_600_000;

/** How long a job is put away at first, until it was looked for news once more. */
const lookAgainWithinMs = 5000;

export interface SchedulerOptions {
  datastore: Datastore;
  runtime: Runtime;
  /** Hooks at work at the same time in this process; default 2. */
  hookConcurrency?: number;
  /** Installs and upgrades at work at the same time; one that waits for its hook holds no place. Default 4. */
  operationConcurrency?: number;
  /**
   * True: no other process works on this datastore, so that tasks a killed one had begun are taken up again at `start`
   * instead of when its locks have ended.
   */
  soleWorker?: boolean;
  /** How long a worker that does not answer keeps its tasks, in milliseconds; default 10000. */
  lockDurationMs?: number;
  /** Hears of trouble that needs no answer. */
  onTrouble(text: string): void;
}

/** The workers of this process and the doors to the queues. */
export interface Scheduler {
  /** Puts an accepted operation into its queue; the same id twice is one job. */
  enqueue(record: OperationRecord): Promise<void>;
  /** Queues operations whose process was killed between keeping and queueing them. */
  enqueueForgotten(): Promise<void>;
  /** Wakes a parked task to look at the desk; harmless when it is not parked. */
  wake(taskId: string): Promise<void>;
  /** Lets an operation's job show this view, as a worker does while it has the job. */
  show(view: TaskView): Promise<void>;
  /** Removes the jobs of these tasks; false, and nothing happened, when one of them has not ended. */
  removeJobs(taskIds: readonly string[]): Promise<boolean>;
  /** Has the provider of a sign-in asked by one worker at a time; the same sign-in twice is one job. */
  addSignInPoll(poll: SignInPoll, waitMs: number): Promise<void>;
  /** Begins to take jobs. */
  start(): Promise<void>;
  /** Stops taking jobs, hands live hooks over at their line, and closes. */
  close(): Promise<void>;
  readonly queues: Queues;
}

interface Queues {
  operations: Queue<JobData>;
  hooks: Queue<JobData>;
  signIns: Queue<SignInJob>;
}

export function createScheduler(options: SchedulerOptions): Scheduler {
  return new QueueScheduler(options);
}

class QueueScheduler implements Scheduler {
  readonly queues: Queues;
  private readonly options: SchedulerOptions;
  private readonly stopping = new AbortController();
  private readonly leaseMs: number;
  private readonly leases: LeaseKeeper;
  private readonly stalled: StalledJobs;
  private readonly timeKeeper: TimeKeeper;
  private workers: Worker[] = [];

  constructor(options: SchedulerOptions) {
    this.options = options;
    const { bull } = options.datastore;
    this.leaseMs = options.lockDurationMs ?? 10_000;
    this.queues = {
      operations: bull.queue<JobData>(operationsQueue),
      hooks: bull.queue<JobData>(hooksQueue),
      signIns: bull.queue<SignInJob>(signInsQueue),
    };
    for (const queue of this.allQueues())
      queue.on("error", (error: Error) => options.onTrouble(errorText(error)));
    const { leaseMs, queues } = this;
    const { runtime, onTrouble } = options;
    const onLost = (job: Job): void => this.onLost(job);
    this.leases = createLeaseKeeper({ bull, leaseMs, onLost, onTrouble });
    this.stalled = createStalledJobs({ bull, leaseMs, onTrouble });
    const { leases } = this;
    const longestMs = longestTimedMs;
    this.timeKeeper = createTimeKeeper({ bull, queues, runtime, leases, leaseMs, longestMs, onTrouble });
  }

  async enqueue(record: OperationRecord): Promise<void> {
    await this.queues.operations.add(
      record.operation,
      { id: record.id },
      { jobId: record.id, ...jobOptions },
    );
  }

  async enqueueForgotten(): Promise<void> {
    const { operations } = this.queues;
    await enqueueForgotten(this.options.runtime, operations, (record) => this.enqueue(record));
  }

  async wake(taskId: string): Promise<void> {
    for (const queue of [this.queues.hooks, this.queues.operations]) {
      const job = await queue.getJob(taskId);
      if (job === undefined) continue;
      await this.options.datastore.bull.promote(job);
      return;
    }
  }

  async show(view: TaskView): Promise<void> {
    await (await this.queues.operations.getJob(view.id))?.updateProgress(view);
  }

  async removeJobs(taskIds: readonly string[]): Promise<boolean> {
    return await removeEndedJobs([this.queues.hooks, this.queues.operations], taskIds);
  }

  async addSignInPoll(poll: SignInPoll, waitMs: number): Promise<void> {
    await addSignInPoll(this.queues.signIns, poll, waitMs);
  }

  async start(): Promise<void> {
    const { runtime, datastore, hookConcurrency, operationConcurrency, onTrouble } = this.options;
    if (this.options.soleWorker === true) {
      await Promise.all(this.allQueues().map(takeBackJobs));
    }
    const workerOptions = {
      lockDuration: this.leaseMs,
      // See the lease keeper, and the stalled jobs.
      skipLockRenewal: true,
      skipStalledCheck: true,
      // No two processes look within this time.
      stalledInterval: this.leaseMs / 4,
      maxStalledCount,
    };
    this.workers = [
      datastore.bull.worker<JobData>(
        operationsQueue,
        (job, token, signal) => this.hold(job, token, () => this.operate(job, token, this.stopOf(signal))),
        { concurrency: operationConcurrency ?? 4, ...workerOptions },
      ),
      datastore.bull.worker<JobData>(
        hooksQueue,
        (job, token, signal) => this.hold(job, token, () => this.runHook(job, token, this.stopOf(signal))),
        { concurrency: hookConcurrency ?? 2, ...workerOptions },
      ),
      datastore.bull.worker<SignInJob>(
        signInsQueue,
        (job, token) => this.hold(job, token, () => runSignInPoll(runtime, job, token)),
        { concurrency: signInConcurrency, ...workerOptions },
      ),
    ] as Worker[];
    for (const worker of this.workers) worker.on("error", (error) => onTrouble(errorText(error)));
    await Promise.all(this.workers.map((worker) => worker.waitUntilReady()));
    this.stalled.start(this.workers);
    this.timeKeeper.start();
  }

  async close(): Promise<void> {
    this.stopping.abort(new Error("shutting down"));
    await Promise.all([this.timeKeeper.close(), this.stalled.close()]);
    await Promise.all(this.workers.map((worker) => worker.close()));
    this.leases.close();
    await Promise.all(this.allQueues().map((queue) => queue.close()));
  }

  private allQueues(): Queue[] {
    const { operations, hooks, signIns } = this.queues;
    return [operations, hooks, signIns] as Queue[];
  }

  /** Keeps the job's lease while the work goes on. */
  private async hold<T>(job: Job, token: string | undefined, work: () => Promise<T>): Promise<T> {
    this.leases.hold(job, token);
    try {
      const result = await work();
      this.leases.release(job);
      return result;
    } finally {
      this.leases.drop(job);
    }
  }

  /** What this process still does for the task is of no use. */
  private onLost(job: Job): void {
    for (const worker of this.workers) worker.cancelJob(job.id ?? "", "its lease has ended");
  }

  /** Aborts when this process is to stop, or has lost the job's lease. */
  private stopOf(lost: AbortSignal | undefined): AbortSignal {
    return lost === undefined ? this.stopping.signal : AbortSignal.any([this.stopping.signal, lost]);
  }

  private async runHook(
    job: Job<JobData>,
    token: string | undefined,
    stop: AbortSignal,
  ): Promise<{ status: string }> {
    const { id } = job.data;
    const [record, found] = await Promise.all([
      this.requireRecord<HookTaskRecord>("hook-tasks", id),
      lookUpTask(this.options.runtime, id),
    ]);
    const publisher = createViewPublisher(job, this.options.onTrouble);
    const { runtime: base } = this.options;
    const runtime: Runtime = {
      ...base,
      observer: {
        ...base.observer,
        hookChanged: (view, entries) => {
          publisher.publish(view);
          base.observer.hookChanged(view, entries);
        },
      },
    };
    const progress = await advanceHookTask(runtime, record, stop, found).catch((error: unknown) =>
      this.giveUp(runtime, record, error, stop),
    );
    await publisher.flush();
    if (progress.kind === "ended") return { status: progress.status };
    const forMs = progress.kind === "parked" ? (progress.restMs ?? parkedForMs) : 0;
    await this.park(job, token, { forMs, lookAgain: () => hasNews(runtime, record) });
    throw new DelayedError();
  }

  private async operate(
    job: Job<JobData>,
    token: string | undefined,
    stop: AbortSignal,
  ): Promise<{ status: string }> {
    const record = await this.requireRecord<OperationRecord>("operations", job.data.id);
    const publisher = createViewPublisher(job, this.options.onTrouble);
    const { runtime: base } = this.options;
    const runtime: Runtime = {
      ...base,
      observer: {
        ...base.observer,
        operationChanged: (view) => {
          publisher.publish(view);
          base.observer.operationChanged(view);
        },
      },
    };
    for (;;) {
      const progress = await advanceOperation(runtime, record, stop);
      await publisher.flush();
      if (progress.kind === "ended") return { status: progress.status };
      if (progress.kind === "hook") {
        await this.addHook(progress.task, job);
        if (await this.putAwayForHook(job, token)) throw new WaitingChildrenError();
      } else {
        const forMs = progress.kind === "parked" ? parkedForMs : 0;
        await this.park(job, token, { forMs, lookAgain: () => operationHasNews(runtime, record) });
        throw new DelayedError();
      }
    }
  }

  /** Puts the job away until its hook has ended; false when it has. */
  private async putAwayForHook(job: Job, token: string | undefined): Promise<boolean> {
    // It ends with the call, long before the answer is here.
    this.leases.release(job);
    const waits = await job.moveToWaitingChildren(token ?? "");
    if (!waits) this.leases.hold(job, token);
    return waits;
  }

  private async addHook(task: HookTaskRecord, parent: Job<JobData>): Promise<void> {
    await this.queues.hooks.add(
      task.hook.event,
      { id: task.id },
      {
        jobId: task.id,
        parent: { id: parent.id as string, queue: parent.queueQualifiedName },
        ignoreDependencyOnFailure: true,
        ...jobOptions,
      },
    );
  }

  /**
   * Puts the job away for `forMs` milliseconds or until it is woken. What came to the desk while the job was not yet delayed
   * could not wake it, so `lookAgain`; a worker that is killed before it could has put it away for a moment only.
   */
  private async park(
    job: Job<JobData>,
    token: string | undefined,
    { forMs, lookAgain }: { forMs: number; lookAgain: () => Promise<boolean> },
  ): Promise<void> {
    // It ends here.
    this.leases.release(job);
    const parkedAt = performance.now();
    // BullMQ on Postgres takes whole milliseconds only.
    await job.moveToDelayed(Date.now() + Math.ceil(Math.min(forMs, lookAgainWithinMs)), token);
    if (forMs <= 0) return;
    if (await lookAgain()) await this.options.datastore.bull.promote(job);
    else if (forMs > lookAgainWithinMs) await changeDelay(job, forMs - (performance.now() - parkedAt));
  }

  /** What is nobody's fault but ours ends the task with a word; what the surroundings do is tried again. */
  private async giveUp(runtime: Runtime, record: HookTaskRecord, error: unknown, stop: AbortSignal) {
    const code = errorCodeOf(error);
    if (stop.aborted || isPassing(code, error)) throw error;
    const shown = plainTaskError(code ?? "INTERNAL", `hook "${record.hook.id}": ${errorText(error)}`);
    const journal = await openTaskJournal(runtime.journals, record.id, () => {});
    const at = runtime.clock.now();
    await journal.append([{ type: "task", at, event: { type: "failed", error: shown } }]);
    this.options.onTrouble(`task ${record.id}: ${errorText(error)}`);
    return { kind: "ended" as const, status: "FAILED" as const };
  }

  private async requireRecord<T>(collection: string, id: string): Promise<T> {
    const record = await getJson<T>(this.options.runtime.documents, collection, id);
    if (record === null)
      throw new TackleboxError("TASK_UNKNOWN", `Task ${id}: its record is not in the datastore.`);
    return record;
  }
}

/** Environment troubles are waited out; BullMQ counts tries, the hook's own attempts are not used up by them. */
const jobOptions = {
  attempts: 1_000_000,
  backoff: { type: "fixed", delay: 1000, jitter: 0.5 },
  // BullMQ would keep one for each try; a NAS may be away for days.
  stackTraceLimit: 1,
  // They go with the rest of what is kept of their tasks.
  removeOnComplete: false,
  removeOnFail: false,
};

/** A killed worker's jobs are taken up again; how often is not BullMQ's business. */
const maxStalledCount = 1_000_000;

function isPassing(code: ReturnType<typeof errorCodeOf>, error: unknown): boolean {
  if (
    code === "JOURNAL_FENCED" ||
    code === "DATASTORE_UNREACHABLE" ||
    code === "DATASTORE_FULL" ||
    code === "NAS_UNREACHABLE" ||
    code === "SANDBOX_UNAVAILABLE"
  ) {
    return true;
  }
  const system = (error as { code?: unknown }).code;
  return code === null && typeof system === "string" && /^(E[A-Z]+|57P0\d|08\d\d\d)$/.test(system);
}

async function operationHasNews(runtime: Runtime, record: OperationRecord): Promise<boolean> {
  if (await runtime.desk.isCancelRequested(record.id)) return true;
  const journal = await openTaskJournal(runtime.journals, record.id, () => {});
  const state = journal.entries.reduce(foldOperationEntry, initialOperationState(record));
  const index = nextStepIndex(state);
  if (index === null) return true;
  return (
    (await runtime.desk.decision(record.id, operationWaitKey(index, state.steps[index]?.retries ?? 0))) !==
    null
  );
}
