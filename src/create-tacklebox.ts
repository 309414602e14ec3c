import { createCatalogLister, type CatalogEntry } from "./catalog/read-catalog.ts";
import { systemClock, type Clock } from "./clock.ts";
import { defaultEffectLimits } from "./context/effect-table.ts";
import type { EffectLimits } from "./context/effect.ts";
import type { Datastore } from "./datastore/datastore.ts";
import { createMemoryStores } from "./datastore/memory-stores.ts";
import {
  accept,
  emptyFinishedKeys,
  fingerprintOf,
  type DeferredRequest,
  type SubmitOptions,
} from "./install/accept-operation.ts";
import { TackleboxError, errorCodeOf, errorText } from "./errors.ts";
import type { RetryOptions } from "./install/compile-afresh.ts";
import { describePlan, type PlanDescription } from "./install/describe-plan.ts";
import { createDesk } from "./install/desk.ts";
import { runJanitor } from "./install/janitor.ts";
import {
  prepareOperation,
  type OperationRequest,
  type PreparedOperation,
} from "./install/prepare-operation.ts";
import { removeEnded } from "./install/remove-ended.ts";
import { resolveRetention, type Retention, type RetentionOptions } from "./install/retention.ts";
import { prepareRerun } from "./install/prepare-rerun.ts";
import { runInProcess } from "./install/run-in-process.ts";
import type { NetworkSettings } from "./install/network-settings.ts";
import type { Runtime, TaskObserver } from "./install/runtime.ts";
import { createSignIns } from "./install/sign-ins.ts";
import { getAppChoices, storeOperation } from "./install/store-operation.ts";
import { expectStepTimes } from "./install/step-times.ts";
import { createTaskActions, type TaskActions } from "./install/task-actions.ts";
import { createTaskReader, type TaskReader } from "./install/task-reader.ts";
import type { JournalEntry } from "./journal/entry.ts";
import type { JsonObject } from "./json.ts";
import type { NasDriver } from "./nas/nas-driver.ts";
import { createNetworkClient } from "./network/create-network-client.ts";
import { holdWhileRequesting } from "./network/hold-while-requesting.ts";
import type { NetworkLimits } from "./network/network-client.ts";
import { resolveNetworkLimits } from "./network/network-limits.ts";
import type { Scheduler } from "./queue/create-scheduler.ts";
import { resolveSandboxLimits, type SandboxLimitsOptions } from "./runtime/sandbox-limits.ts";
import { createSandboxPool, type SandboxReuse } from "./runtime/sandbox-pool.ts";
import type { TaskStatus } from "./task/task-event.ts";
import type { HookTaskView, OperationTaskView, TaskView } from "./task/task-view.ts";

/** What an embedder sets. */
export interface TackleboxOptions {
  /** The NAS on which apps are installed. */
  nas: NasDriver;
  /** Where tasks are kept and queued. Absent: in memory, without queue and history (`runToEnd` only). */
  datastore?: Datastore;
  limits?: SandboxLimitsOptions;
  networkLimits?: Partial<NetworkLimits>;
  effectLimits?: Partial<EffectLimits>;
  /** Hosts, `host` or `host:port`, that hooks may reach besides their own app. */
  allow?: string[];
  /** Sends an allowed origin to a stand-in. */
  originMap?: { from: string; to: string }[];
  /** False: hooks cannot reach the published ports of other installed apps. Default true. */
  allowOtherApps?: boolean;
  /** Ports on the NAS's address that hooks never reach: the runtime's own listeners, the datastore. */
  deniedPorts?: number[];
  /** Sandbox processes kept ready; default 1. */
  spareSandboxes?: number;
  /**
   * "app": a sandbox process whose hook has ended may serve further hooks of the same app, each in a fresh isolate; for
   * throughput with a catalog that is trusted. Default "never": each serves one attempt.
   */
  sandboxReuse?: SandboxReuse;
  /** Hooks at work at the same time; default 2. */
  hookConcurrency?: number;
  /** Installs and upgrades at work at the same time; one that waits for its hook holds no place. Default 4. */
  operationConcurrency?: number;
  /**
   * True: this is the only process at work on the datastore, so that what a killed one had begun is taken up again at
   * `start`. With `pglite:` that is always so. Default false: it is taken up when the lease has ended.
   */
  soleWorker?: boolean;
  /** How long a worker that does not answer keeps its tasks, in milliseconds; default 10000. */
  leaseMs?: number;
  /** How long a hook that waits for a person stays live before it is parked, in milliseconds; default 5000. */
  parkAfterMs?: number;
  /**
   * Sleeps, and pauses of `waitForApp`, with at least that many milliseconds left leave no process behind; default
   * 10000. Without a datastore
   * hooks stay live.
   */
  restAfterMs?: number;
  /** How long what is known of ended tasks is kept. */
  retention?: RetentionOptions;
  clock?: Clock;
  /** Clock of the hooks' own waits; default `clock`. */
  hookClock?: Clock;
  observer?: Partial<TaskObserver>;
  /** Hears of trouble that needs no answer. Default: nobody hears of it. */
  onTrouble?(text: string): void;
}

/** The runtime: takes operations, runs their hooks, answers for their tasks. */
export interface Tacklebox extends TaskActions {
  /** Validates, plans and compiles; changes nothing. Throws `ScriptRejectedError`. */
  prepare(request: OperationRequest): Promise<PreparedOperation>;
  /** What a request would do, as plain JSON without secrets; changes nothing. A script that is not good is an answer too. */
  describePlan(request: OperationRequest): Promise<PlanDescription>;
  /**
   * The install scripts below a catalog's folder, with their hooks, their checksums and what each may reach. What has not
   * changed since the last call is not read again. Throws `FILE_UNREADABLE`, `LOCK_FILE`.
   */
  listCatalog(catalogRoot: string): Promise<CatalogEntry[]>;
  /** Accepts an operation and queues it, once for each key; resolves with its id once it is kept. */
  submit(request: OperationRequest | DeferredRequest, options?: SubmitOptions): Promise<string>;
  /**
   * Runs an ended task once more in its original context, as a new operation (of a hook's task: of that one hook), once for
   * each key; resolves with its id. Throws `ILLEGAL_TRANSITION`, `RERUN_REFUSED`, `APP_NAME_TAKEN`, `APP_UNKNOWN`.
   */
  rerun(taskId: string, options?: Pick<SubmitOptions, "idempotencyKey">): Promise<string>;
  /** Runs a prepared operation in this process, without the queue. Throws `NAS_UNREACHABLE` when the NAS is away. */
  runToEnd(prepared: PreparedOperation, signal: AbortSignal): Promise<TaskStatus>;
  /** A task as it stands now. Throws `TASK_UNKNOWN`. */
  getTask(id: string): Promise<TaskView>;
  /** The hook tasks of an operation, in order. */
  getHookTasks(operationId: string): Promise<HookTaskView[]>;
  /** Operations, newest first; at most `limit`, default 50. */
  listOperations(limit?: number): Promise<OperationTaskView[]>;
  /** Everything that happened in a task, in order. */
  getJournal(taskId: string): Promise<JournalEntry[]>;
  /** How long what is known of ended tasks is kept. */
  readonly retention: Retention;
  /**
   * Removes what is kept of installs and upgrades whose time is over; gives the number of them. A started worker does so
   * every ten minutes.
   */
  removeEnded(): Promise<number>;
  /** Begins to take jobs from the queue. */
  start(): Promise<void>;
  /** Starts the spare sandboxes. */
  warm(): Promise<void>;
  /** Hands live hooks over, stops workers and sandboxes. The datastore and the NAS stay the caller's. */
  close(): Promise<void>;
}

export function createTacklebox(options: TackleboxOptions): Tacklebox {
  return new TackleboxRuntime(options);
}

class TackleboxRuntime implements Tacklebox {
  private readonly runtime: Runtime;
  /** Null without a datastore: then BullMQ is never loaded. */
  private readonly scheduler: Promise<Scheduler> | null;
  private readonly reader: TaskReader;
  private readonly actions: TaskActions;
  private readonly catalogs = createCatalogLister();
  private readonly closing = new AbortController();
  private readonly onTrouble: (text: string) => void;
  private janitor: Promise<void> | null = null;

  constructor(options: TackleboxOptions) {
    const clock = options.clock ?? systemClock;
    this.onTrouble = (text) => options.onTrouble?.(text);
    const { journals, documents } = options.datastore ?? createMemoryStores();
    const desk = createDesk(documents, clock);
    const network = toNetworkSettings(options);
    const wake = async (taskId: string): Promise<void> => await (await this.scheduler)?.wake(taskId);
    this.runtime = {
      clock,
      hookClock: options.hookClock ?? clock,
      nas: options.nas,
      journals,
      documents,
      desk,
      signIns: createSignIns({
        desk,
        clock,
        network,
        wake,
        addPoll:
          options.datastore === undefined
            ? null
            : async (poll, waitMs) => await (await this.requireScheduler()).addSignInPoll(poll, waitMs),
      }),
      pool: createSandboxPool({
        spares: options.spareSandboxes ?? 1,
        reuse: options.sandboxReuse ?? "never",
        limits: resolveSandboxLimits(options.limits),
      }),
      network,
      effectLimits: { ...defaultEffectLimits, ...options.effectLimits },
      parkAfterMs: options.parkAfterMs ?? 5000,
      restAfterMs:
        options.datastore === undefined ? Number.POSITIVE_INFINITY : (options.restAfterMs ?? 10_000),
      retention: resolveRetention(options.retention),
      observer: { hookChanged: () => {}, operationChanged: () => {}, ...options.observer },
    };
    this.scheduler =
      options.datastore === undefined ? null : startScheduler(options, options.datastore, this.runtime);
    // A failure to load it is met by the first call that needs it.
    this.scheduler?.catch(() => {});
    this.reader = createTaskReader(this.runtime);
    this.actions = createTaskActions({ runtime: this.runtime, reader: this.reader, wake });
  }

  async prepare(request: OperationRequest): Promise<PreparedOperation> {
    const { runtime } = this;
    const prepared = await prepareOperation(request, runtime.nas, runtime.clock.now(), (appName) =>
      getAppChoices(runtime, appName),
    );
    return await expectStepTimes(runtime.documents, prepared);
  }

  async describePlan(request: OperationRequest): Promise<PlanDescription> {
    const { runtime } = this;
    const { nas, network } = runtime;
    const keptChoices = (appName: string) => getAppChoices(runtime, appName);
    return await describePlan({ nas, network, keptChoices, prepare: (one) => this.prepare(one) }, request);
  }

  async listCatalog(catalogRoot: string): Promise<CatalogEntry[]> {
    const { nas, network } = this.runtime;
    const [facts, apps] = await Promise.all([nas.facts(), nas.listApps()]);
    return await this.catalogs.list(catalogRoot, { facts, apps, network });
  }

  async submit(request: OperationRequest | DeferredRequest, options: SubmitOptions = {}): Promise<string> {
    const { idempotencyKey: key, fingerprint } = options;
    const { wish, read } = "read" in request ? request : { wish: request, read: async () => request };
    const prepare = async () => await this.prepare(await read());
    return await this.accept({ key, fingerprint: () => fingerprint ?? fingerprintOf(wish), prepare });
  }

  async rerun(
    taskId: string,
    { idempotencyKey: key }: Pick<SubmitOptions, "idempotencyKey"> = {},
  ): Promise<string> {
    const prepare = () => prepareRerun(this.runtime, this.reader, taskId);
    return await this.accept({ key, fingerprint: () => `rerun ${taskId}`, prepare });
  }

  async runToEnd(prepared: PreparedOperation, signal: AbortSignal): Promise<TaskStatus> {
    await storeOperation(this.runtime, prepared);
    return await runInProcess(this.runtime, prepared.record, signal);
  }

  async getTask(id: string): Promise<TaskView> {
    return await this.reader.getTask(id);
  }

  async getHookTasks(operationId: string): Promise<HookTaskView[]> {
    return await this.reader.getHookTasks(operationId);
  }

  async listOperations(limit = 50): Promise<OperationTaskView[]> {
    const ids = await this.runtime.documents.list("operations", { limit });
    const views = await Promise.all(
      ids.map((id) =>
        this.getTask(id).catch((error: unknown) => {
          // Its time was over just now.
          if (errorCodeOf(error) === "TASK_UNKNOWN") return null;
          throw error;
        }),
      ),
    );
    return views.filter((view): view is OperationTaskView => view?.kind === "operation");
  }

  async getJournal(taskId: string): Promise<JournalEntry[]> {
    return await this.reader.getJournal(taskId);
  }

  async answer(taskId: string, answers: JsonObject): Promise<void> {
    await this.actions.answer(taskId, answers);
  }

  async startSignIn(taskId: string, inputId: string): Promise<void> {
    await this.actions.startSignIn(taskId, inputId);
  }

  async cancelSignIn(taskId: string, inputId: string): Promise<void> {
    await this.actions.cancelSignIn(taskId, inputId);
  }

  async retry(taskId: string, options?: RetryOptions): Promise<void> {
    await this.actions.retry(taskId, options);
  }

  async skip(taskId: string): Promise<void> {
    await this.actions.skip(taskId);
  }

  async giveUp(taskId: string): Promise<void> {
    await this.actions.giveUp(taskId);
  }

  async cancel(taskId: string): Promise<void> {
    await this.actions.cancel(taskId);
  }

  async dismiss(taskId: string): Promise<void> {
    await this.actions.dismiss(taskId);
    // No worker has it any more, so its job is shown the mark from here.
    await (await this.scheduler)?.show(await this.getTask(taskId));
  }

  get retention(): Retention {
    return this.runtime.retention;
  }

  async removeEnded(): Promise<number> {
    const scheduler = await this.requireScheduler();
    const { clock, observer, journals, documents, retention } = this.runtime;
    return await removeEnded({
      journals,
      documents,
      retention,
      now: clock.now(),
      removeJobs: (ids) => scheduler.removeJobs(ids),
      onRemoved: (id) => observer.operationRemoved?.(id),
      onTrouble: this.onTrouble,
      signal: this.closing.signal,
    });
  }

  async start(): Promise<void> {
    const scheduler = await this.requireScheduler();
    await scheduler.start();
    const tell = (error: unknown): void => this.onTrouble(errorText(error));
    const findForgotten = (): Promise<void> => scheduler.enqueueForgotten().catch(tell);
    const tidyUp = (): Promise<unknown> => Promise.all([this.removeEnded(), emptyFinishedKeys(this.runtime)]);
    const work = (): Promise<unknown> => Promise.all([tidyUp().catch(tell), findForgotten()]);
    const { clock } = this.runtime;
    const { signal } = this.closing;
    this.janitor ??= findForgotten().then(async () => await runJanitor({ clock, work, signal }));
  }

  async warm(): Promise<void> {
    await this.runtime.pool.warm();
  }

  async close(): Promise<void> {
    this.closing.abort(new Error("shutting down"));
    await this.janitor;
    // Polls that are under way end with the sign-ins, not when their provider answers.
    const stopped = (await this.scheduler)?.close();
    await this.runtime.signIns.close();
    await stopped;
    await this.runtime.pool.close();
  }

  private async accept(wish: Parameters<typeof accept>[1]): Promise<string> {
    const scheduler = await this.requireScheduler();
    return await accept({ runtime: this.runtime, enqueue: scheduler.enqueue.bind(scheduler) }, wish);
  }

  private async requireScheduler(): Promise<Scheduler> {
    if (this.scheduler === null)
      throw new TackleboxError(
        "USAGE",
        "This tacklebox was made without a datastore; give one to queue operations.",
      );
    return await this.scheduler;
  }
}

async function startScheduler(
  options: TackleboxOptions,
  datastore: Datastore,
  runtime: Runtime,
): Promise<Scheduler> {
  const { createScheduler } = await import("./queue/create-scheduler.ts");
  const { hookConcurrency, operationConcurrency, leaseMs } = options;
  return createScheduler({
    datastore,
    runtime,
    soleWorker: datastore.kind === "pglite" || (options.soleWorker ?? false),
    ...(leaseMs === undefined ? {} : { lockDurationMs: leaseMs }),
    ...(hookConcurrency === undefined ? {} : { hookConcurrency }),
    ...(operationConcurrency === undefined ? {} : { operationConcurrency }),
    onTrouble: (text) => options.onTrouble?.(text),
  });
}

function toNetworkSettings(options: TackleboxOptions): NetworkSettings {
  return {
    allowOtherApps: options.allowOtherApps ?? true,
    allow: options.allow ?? [],
    originMap: options.originMap ?? [],
    deniedPorts: [...(options.deniedPorts ?? []), ...portsOf(options.datastore)],
    limits: resolveNetworkLimits(options.networkLimits),
    createClient: (request) => holdWhileRequesting(createNetworkClient(request), options.hookClock),
  };
}

/** Where the datastore listens; hooks never get there, also when it runs on the NAS itself. */
function portsOf(datastore: Datastore | undefined): number[] {
  if (datastore === undefined || datastore.kind === "pglite") return [];
  const port = URL.parse(datastore.displayUrl)?.port ?? "";
  return [port === "" ? (datastore.kind === "redis" ? 6379 : 5432) : Number(port)];
}
