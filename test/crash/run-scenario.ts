import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Scenario } from "../../catalog-example/_simulated/scenarios.ts";
import type { OperationRequest } from "../../src/install/prepare-operation.ts";
import type { JournalEntry } from "../../src/journal/entry.ts";
import type { JsonObject } from "../../src/json.ts";
import { isTerminal } from "../../src/task/task-state.ts";
import type { HookTaskView, OperationTaskView, TaskView } from "../../src/task/task-view.ts";
import type { CrashLab } from "./crash-lab.ts";
import { WorkerGoneError, type CrashWorker } from "./crash-worker.ts";
import type { Death, WriteSeen } from "./worker-protocol.ts";

/** What came of one operation, as far as it must be the same with and without a crash. */
export interface Outcome {
  status: string;
  outcome: string | null;
  steps: string[];
  hooks: HookOutcome[];
  /** Requests that must not happen twice, `METHOD path`, in the order seen by the app. */
  once: string[];
  /** Those that may be repeated, each named once. */
  repeatable: string[];
  /** Calls the NAS accepted. */
  nas: string[];
}

export interface HookOutcome {
  id: string;
  status: string;
  attempts: number;
  progress: number;
  checkpoints: string[];
  /** Everything that showed in the task, in order: log lines, checkpoints, the ends of attempts. */
  history: string[];
  error: string | null;
}

export interface Run {
  outcome: Outcome;
  /** Times a worker or a sandbox was killed. */
  kills: number;
  /** Writes to journals of a run in which nobody was killed, in order. */
  writes: WriteSeen[];
  /** Hooks that got `EFFECT_INTERRUPTED` for a request that was cut off. */
  interrupted: string[];
  /** Hooks one of whose own time limits passed while nobody was at work: a machine that is busy takes long over a restart. */
  timedOut: string[];
  /** Hooks the user clicked Retry for because they failed of that. */
  retried: string[];
}

const catalogRoot = join(import.meta.dirname, "../../catalog-example");
/** Far more than any run takes; a run that hangs says where it stood. */
const patienceMs = 180_000;

/** Kills of the test itself: at those times, in milliseconds from the start of the run or from the kill before. */
export interface Shots {
  afterMs: number[];
  target: "worker" | "sandbox";
}

/** Runs an operation to its end; when the worker dies, a fresh one goes on. */
export async function runScenario(
  lab: CrashLab,
  scenario: Scenario,
  kill: { death?: Death; shots?: Shots } = {},
): Promise<Run> {
  return await new ScenarioRun(lab, scenario).run(kill.death ?? null, kill.shots ?? null);
}

class ScenarioRun {
  private readonly lab: CrashLab;
  private readonly scenario: Scenario;
  private readonly interrupted = new Set<string>();
  private readonly timedOut = new Set<string>();
  private readonly retried: string[] = [];
  /** Waits that were met with a click or an answer. */
  private readonly handled = new Set<string>();
  private readonly clicks: ("retry" | "skip")[];
  /** Those each hook has had since its latest attempt began. */
  private readonly clicked = new Map<string, ("retry" | "skip")[]>();
  private views: TaskView[] = [];
  private wake: () => void = () => {};
  private kills = 0;
  private ended = false;
  private id = "";

  constructor(lab: CrashLab, scenario: Scenario) {
    this.lab = lab;
    this.scenario = scenario;
    this.clicks = [...(scenario.clicks ?? [])];
  }

  async run(death: Death | null, shots: Shots | null): Promise<Run> {
    const { lab, scenario } = this;
    await lab.prepareNas(scenario, () => appValues(scenario));
    const requestsBefore = lab.nas.requests(scenario.app).length;
    const callsBefore = lab.server.accepted.length;
    lab.apps.areBusy = true;
    const worker = await lab.ensureWorker();
    lab.onView = (view) => this.see(view);
    lab.onSandboxKilled = () => this.noteKill();
    await lab.untilSpareLoaded();
    await worker.setDeath(death);
    const shooting = shots === null ? null : this.shoot(shots);
    await this.submit();
    await this.untilEnded();
    this.ended = true;
    await shooting;
    // The last write of the operation may be the one that kills.
    const writes = (await lab.worker?.setDeath(null).catch(whenGone(() => this.noteKill()))) ?? [];
    const outcome = await this.readOutcome(requestsBefore, callsBefore);
    const { kills, retried } = this;
    return {
      outcome,
      kills,
      writes,
      retried,
      interrupted: [...this.interrupted],
      timedOut: [...this.timedOut],
    };
  }

  private async shoot({ afterMs, target }: Shots): Promise<void> {
    for (const ms of afterMs) {
      await delay(ms);
      if (this.ended) return;
      const worker = await this.lab.ensureWorker();
      if (target === "worker") await worker.kill9();
      else await worker.killSandbox().then(() => this.noteKill());
    }
  }

  private async submit(): Promise<void> {
    const request = await requestFor(this.scenario);
    try {
      this.id = await this.lab.call("submit", request);
    } catch (error) {
      if (!(error instanceof WorkerGoneError)) throw error;
      this.noteKill();
      // Its answer was lost; whether it was accepted shows in the list.
      const newest = await this.findNewest();
      if (newest !== undefined && newest.id !== this.lab.lastOperationId) this.id = newest.id;
      else await this.submit();
    }
    this.lab.lastOperationId = this.id;
  }

  /** The newest operation, also when the worker that is asked is killed too. */
  private async findNewest(): Promise<OperationTaskView | undefined> {
    for (;;) {
      await this.lab.ensureWorker();
      const newest = await this.lab.call("listOperations", 1).catch(whenGone(() => null));
      if (newest !== null) return newest[0];
      this.noteKill();
    }
  }

  /** Plays the user until the operation has ended; brings up a fresh worker whenever there is none. */
  private async untilEnded(): Promise<void> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => void this.describe().then((text) => late.reject(new Error(text))),
      patienceMs,
    );
    late.promise.catch(() => {});
    try {
      for (;;) {
        const worker = await this.lab.ensureWorker();
        const gone = worker.gone.then(() => false);
        if (await Promise.race([this.play(worker), gone, late.promise]).catch(whenGone(() => false))) return;
        if (!worker.isAlive) this.noteKill();
      }
    } finally {
      clearTimeout(timer);
    }
  }

  private noteKill(): undefined {
    this.kills += 1;
  }

  private see(view: TaskView): void {
    this.views.push(view);
    this.wake();
  }

  /** True when the operation has ended, false when the worker has. */
  private async play(worker: CrashWorker): Promise<boolean> {
    // What was shown by a worker that died may not have been heard.
    const operation = await this.lab.call("getTask", this.id);
    if (isTerminal(operation.status)) return true;
    this.views.push(...(await this.lab.call("getHookTasks", this.id)));
    while (worker.isAlive) {
      for (const view of this.views.splice(0)) {
        if (view.kind === "hook" && view.parentId === this.id) await this.react(view);
        if (view.id === this.id && isTerminal(view.status)) return true;
        if (!worker.isAlive) return false;
      }
      if (this.views.length > 0) continue;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    return false;
  }

  private async react(view: HookTaskView): Promise<void> {
    if (view.status === "AWAITING_INPUT") await this.provide(view);
    if (view.status !== "AWAITING_RETRY" || !view.actions.some(({ name }) => name === "retry")) return;
    const checkpointId = view.error?.checkpointId ?? null;
    const wait = `${view.id}/${view.attempt}/${checkpointId}`;
    if (this.handled.has(wait)) return;
    if (checkpointId === null) await this.retryInterrupted(view, wait);
    else {
      const click = this.clicks[0];
      if (click === undefined)
        throw new Error(`${view.hookId} waits and no click is left: ${view.error?.detail}`);
      this.lab.apps.areBusy = false;
      await this.once(wait, () => this.lab.call(click, view.id));
      this.clicks.shift();
      this.clicked.set(view.id, [...(this.clicked.get(view.id) ?? []), click]);
    }
  }

  /** Sends the dialog as it is and approves each sign-in; a worker that takes over shows another one. */
  private async provide(view: HookTaskView): Promise<void> {
    if (view.inputs.some(({ type, state }) => type === "question" && state === "waiting")) {
      await this.once(`${view.id}/inputs`, () => this.lab.call("answer", view.id, {}));
    }
    for (const { authorization } of view.inputs) {
      const code = /code=([^&]+)/.exec(authorization?.url ?? "")?.[1];
      if (code !== undefined) this.lab.standIn.approve(decodeURIComponent(code));
    }
  }

  /** A hook may fail of a request that was cut off, or not answered in time; the user clicks Retry. Of nothing else. */
  private async retryInterrupted(view: HookTaskView, wait: string): Promise<void> {
    const journal = await this.lab.call("getJournal", view.id);
    if (!journal.some(isInterruption) && !journal.some(isTimeLimit)) {
      throw new Error(`${view.hookId} failed: ${view.error?.code} ${view.error?.detail}`);
    }
    // It begins at the top, so the app and the user meet it as they did before.
    const again = this.clicked.get(view.id) ?? [];
    this.clicked.delete(view.id);
    this.clicks.unshift(...again);
    if (again.length > 0) this.lab.apps.areBusy = true;
    await this.once(wait, () => this.lab.call("retry", view.id));
    this.retried.push(view.hookId);
  }

  private async once(wait: string, click: () => Promise<unknown>): Promise<void> {
    if (this.handled.has(wait)) return;
    await click();
    this.handled.add(wait);
  }

  private async describe(): Promise<string> {
    const tasks = [
      await this.lab.call("getTask", this.id),
      ...(await this.lab.call("getHookTasks", this.id)),
    ];
    const where = tasks.map(
      (task) => `${task.kind} ${task.title} ${task.status} ${task.error?.detail ?? ""}`,
    );
    return `nothing happened for ${patienceMs} ms; kills: ${this.kills}\n${where.join("\n")}\n${this.lab.troubles.join("\n")}`;
  }

  private async readOutcome(requestsBefore: number, callsBefore: number): Promise<Outcome> {
    const { lab, scenario, id } = this;
    await lab.ensureWorker();
    const operation = (await lab.call("getTask", id)) as OperationTaskView;
    const hooks = await lab.call("getHookTasks", id);
    const requests = lab.nas
      .requests(scenario.app)
      .slice(requestsBefore)
      .filter(({ starting }) => !starting)
      .map(({ method, path }) => `${method} ${path}`);
    const isOnce = (request: string): boolean => /^(POST|PATCH) /.test(request);
    const found: HookOutcome[] = [];
    for (const hook of hooks) found.push(await this.readHook(hook));
    return {
      status: operation.status,
      outcome: operation.outcome,
      steps: operation.steps.map((step) => `${step.kind} ${step.hookId ?? ""} ${step.status}`),
      hooks: found,
      once: requests.filter(isOnce),
      repeatable: [...new Set(requests.filter((request) => !isOnce(request)))],
      nas: lab.server.accepted.slice(callsBefore).map(({ method, appName }) => `${method} ${appName}`),
    };
  }

  private async readHook(hook: HookTaskView): Promise<HookOutcome> {
    const journal = await this.lab.call("getJournal", hook.id);
    if (journal.some(isInterruption)) this.interrupted.add(hook.hookId);
    if (journal.some(isTimeLimit)) this.timedOut.add(hook.hookId);
    return {
      id: hook.hookId,
      status: hook.status,
      attempts: hook.attempt,
      progress: hook.progress,
      checkpoints: hook.checkpoints.map(({ id, status, message }) => `${id} ${status}: ${message}`),
      history: journal.flatMap(toHistory),
      error: hook.error?.code ?? null,
    };
  }
}

/** How often an attempt was put away or lost is not part of it, nor what the runtime tried (level debug). */
function toHistory(entry: JournalEntry): string[] {
  if (entry.type === "attempt-started") return [`attempt ${entry.attempt}`];
  if (!("event" in entry) || entry.event === undefined) return [];
  const { event } = entry;
  if (event.type === "log") return event.level === "debug" ? [] : [`${event.level} ${event.message}`];
  if (event.type === "attempt-failed") return [`failed: ${event.error.code} ${event.error.title}`];
  if (!event.type.startsWith("checkpoint") || !("id" in event)) return [];
  return [`${event.type} ${event.id}`];
}

function isInterruption(entry: JournalEntry): boolean {
  return (
    entry.type === "effect-completed" &&
    !entry.outcome.ok &&
    entry.outcome.error.code === "EFFECT_INTERRUPTED"
  );
}

/**
 * A timer that ran out before the request that was begun right after it was answered: that request's time limit. Those of
 * the example hooks are long enough for any machine that is not overloaded.
 */
function isTimeLimit(entry: JournalEntry, index: number, journal: JournalEntry[]): boolean {
  if (entry.type !== "effect-completed" || entry.name !== "timer") return false;
  const start = journal.findLastIndex((other, at) => at < index && other.type === "attempt-started");
  const has = (type: JournalEntry["type"]): boolean =>
    journal
      .slice(start, index)
      .some(
        (other) =>
          other.type === type && "name" in other && other.name === "fetch" && other.seq === entry.seq + 1,
      );
  return has("effect-started") && !has("effect-completed");
}

function whenGone<T>(then: () => T): (error: unknown) => T {
  return (error) => {
    if (error instanceof WorkerGoneError) return then();
    throw error;
  };
}

async function readScript(scenario: Scenario): Promise<string> {
  return await readFile(join(catalogRoot, `${scenario.app}.json`), "utf8");
}

async function appValues(scenario: Scenario): Promise<Record<string, never>> {
  const script = JSON.parse(await readScript(scenario)) as { app_values: Record<string, never> };
  return script.app_values;
}

async function requestFor(scenario: Scenario): Promise<OperationRequest> {
  const { app, operation, toVersion, optIns, answers } = scenario;
  return {
    operation,
    script: await readScript(scenario),
    scriptFile: `${app}.json`,
    catalogRoot,
    toVersion,
    ...(optIns === undefined ? {} : { optIns }),
    inputs: Object.assign({}, ...Object.values(answers ?? {})) as JsonObject,
  };
}
