import { join } from "node:path";
import type { Tacklebox } from "../../src/create-tacklebox.ts";
import type { TaskView } from "../../src/task/task-view.ts";
import { startProgram, type ChildProgram } from "../support/child-program.ts";
import type {
  ClockShift,
  Death,
  FacadeMethod,
  FromWorker,
  ToWorker,
  WorkerSettings,
  WriteSeen,
} from "./worker-protocol.ts";

/** A worker process and what is known of it. */
export interface CrashWorker {
  readonly pid: number;
  readonly isAlive: boolean;
  /** Resolves when it takes jobs; rejects when it died before. */
  readonly started: Promise<void>;
  /** Resolves when it is gone. */
  readonly gone: Promise<void>;
  /** Calls the facade in the worker; rejects with `WorkerGoneError` when it dies before it has answered. */
  call<M extends FacadeMethod>(method: M, ...args: Parameters<Tacklebox[M]>): ReturnType<Tacklebox[M]>;
  /** Says when it, or its sandbox, is to be killed; null: not at all. Resolves with the writes since it was last told. */
  setDeath(death: Death | null): Promise<WriteSeen[]>;
  /** Sets its clocks. */
  setClock(clock: ClockShift): Promise<void>;
  /** Kills the sandbox that is at work. */
  killSandbox(): Promise<void>;
  /** Process id of the sandbox at work; null when there is none. */
  sandboxPid(): Promise<number | null>;
  /** Resolves when the worker has seen that sandbox end. */
  sandboxGone(pid: number): Promise<void>;
  signal(name: NodeJS.Signals): void;
  kill9(): Promise<void>;
}

export class WorkerGoneError extends Error {}

export interface WorkerListener {
  onView(view: TaskView): void;
  onTrouble(text: string): void;
  onSandboxKilled(): void;
}

const programFile = join(import.meta.dirname, "worker-program.ts");
// Compiled code is kept between the many starts of the same program.
const env = { NODE_COMPILE_CACHE: join(import.meta.dirname, "../../node_modules/.cache/crash-worker") };

/** A worker program that waits for its settings. */
export interface LoadedWorker {
  program: ChildProgram;
  /** Resolves when it waits for them, or is gone. */
  loaded: Promise<unknown>;
}

/** Loads the program. End it with `program.kill9`, also when it ended by itself. */
export function loadWorker(): LoadedWorker {
  const program = startProgram(programFile, [], env);
  return { program, loaded: program.nextLine() };
}

/** Makes a loaded program a worker; end it with `kill9`, also when it died by itself. */
export function startWorker(
  worker: LoadedWorker,
  settings: WorkerSettings,
  listener: WorkerListener,
): CrashWorker {
  const { program } = worker;
  program.writeLine(JSON.stringify(settings));
  return new RunningWorker(worker, listener);
}

class RunningWorker implements CrashWorker {
  readonly pid: number;
  readonly started: Promise<void>;
  readonly gone: Promise<void>;
  isAlive = true;
  private readonly program: ChildProgram;
  private readonly listener: WorkerListener;
  private readonly begun = Promise.withResolvers<void>();
  private readonly open = new Map<number, PromiseWithResolvers<unknown>>();
  private readonly sandboxEnds = new Map<number, PromiseWithResolvers<void>>();
  private lastId = 0;

  constructor({ program, loaded }: LoadedWorker, listener: WorkerListener) {
    this.program = program;
    this.pid = program.pid;
    this.listener = listener;
    this.started = this.begun.promise;
    this.started.catch(() => {});
    this.gone = loaded.then(() => this.listen());
  }

  call<M extends FacadeMethod>(method: M, ...args: Parameters<Tacklebox[M]>): ReturnType<Tacklebox[M]> {
    return this.ask({ type: "call", id: 0, method, args }) as ReturnType<Tacklebox[M]>;
  }

  async setDeath(death: Death | null): Promise<WriteSeen[]> {
    return (await this.ask({ type: "die", id: 0, death })) as WriteSeen[];
  }

  async setClock(clock: ClockShift): Promise<void> {
    await this.ask({ type: "set-clock", id: 0, clock });
  }

  async killSandbox(): Promise<void> {
    await this.ask({ type: "kill-sandbox", id: 0 });
  }

  signal(name: NodeJS.Signals): void {
    this.program.signal(name);
  }

  async kill9(): Promise<void> {
    await this.program.kill9();
    await this.gone;
  }

  async sandboxPid(): Promise<number | null> {
    return (await this.ask({ type: "sandbox-pid", id: 0 })) as number | null;
  }

  sandboxGone(pid: number): Promise<void> {
    return this.endOf(pid).promise;
  }

  private endOf(pid: number): PromiseWithResolvers<void> {
    const known = this.sandboxEnds.get(pid) ?? Promise.withResolvers<void>();
    this.sandboxEnds.set(pid, known);
    return known;
  }

  private ask(message: ToWorker): Promise<unknown> {
    const answer = Promise.withResolvers<unknown>();
    if (!this.isAlive) answer.reject(new WorkerGoneError("the worker is gone"));
    this.lastId += 1;
    this.open.set(this.lastId, answer);
    this.program.writeLine(JSON.stringify({ ...message, id: this.lastId }));
    return answer.promise;
  }

  private async listen(): Promise<void> {
    for (let line = await this.program.nextLine(); line !== null; line = await this.program.nextLine()) {
      this.hear(JSON.parse(line) as FromWorker);
    }
    this.isAlive = false;
    await this.program.kill9();
    const gone = new WorkerGoneError("the worker is gone");
    this.begun.reject(gone);
    for (const { reject } of this.open.values()) reject(gone);
  }

  private hear(message: FromWorker): void {
    switch (message.type) {
      case "loaded":
        break;
      case "started":
        this.begun.resolve();
        break;
      case "view":
        this.listener.onView(message.view);
        break;
      case "sandbox-killed":
        this.listener.onSandboxKilled();
        break;
      case "sandbox-gone":
        this.endOf(message.pid).resolve();
        break;
      case "trouble":
        this.listener.onTrouble(message.text);
        break;
      case "answer":
        if ("error" in message) this.open.get(message.id)?.reject(new Error(message.error));
        else this.open.get(message.id)?.resolve(message.value);
        this.open.delete(message.id);
        break;
    }
  }
}
