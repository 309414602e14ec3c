import type { OpenDatastoreOptions } from "../../src/datastore/open-datastore.ts";
import type { Tacklebox, TackleboxOptions } from "../../src/create-tacklebox.ts";
import type { SandboxCode } from "../../src/runtime/sandbox-code.ts";
import type { TaskView } from "../../src/task/task-view.ts";

/** What a worker program needs to know before it starts. */
export interface WorkerSettings {
  datastoreUrl: string;
  datastoreOptions: OpenDatastoreOptions;
  nasUrl: string;
  clock: ClockShift;
  /** What its sandboxes are started with, so that each worker need not build it anew. */
  sandboxCode: SandboxCode;
  tacklebox: Pick<
    TackleboxOptions,
    "parkAfterMs" | "restAfterMs" | "soleWorker" | "leaseMs" | "originMap" | "spareSandboxes"
  >;
}

/** By how much a worker's clocks are ahead of this machine's. */
export interface ClockShift {
  wallMs: number;
  /** Of the steady clock, which counts from the machine's boot. */
  steadyMs: number;
}

/**
 * Where the worker or its sandbox is killed, once: at the write to that journal that holds the n-th entry with that label
 * (indices differ: an app that starts slowly is polled once more); `looking`: when a hook has been put away and the worker
 * looks whether a click came meanwhile.
 */
export type Death =
  | { journal: string; label: string; nth: number; kill: "worker-before" | "worker-after" | "sandbox" }
  | { kill: "looking" };

/** A write to a journal that the datastore has acknowledged. */
export interface WriteSeen {
  taskId: string;
  /** Whose it is: the id of a hook, or `install`, `upgrade`. */
  journal: string;
  /** Index of the first entry written. */
  entry: number;
  /** What was written, one label for each entry; the same in each run. */
  labels: string[];
}

/** Methods of the facade whose arguments and results are JSON. */
export type FacadeMethod = Exclude<keyof Tacklebox, "prepare" | "runToEnd" | "retention" | "start" | "close">;

export type ToWorker =
  | { type: "call"; id: number; method: FacadeMethod; args: unknown[] }
  | { type: "die"; id: number; death: Death | null }
  | { type: "set-clock"; id: number; clock: ClockShift }
  | { type: "kill-sandbox"; id: number }
  | { type: "sandbox-pid"; id: number };

export type FromWorker =
  | { type: "loaded" }
  | { type: "started" }
  | { type: "answer"; id: number; value: unknown }
  | { type: "answer"; id: number; error: string }
  | { type: "view"; view: TaskView }
  | { type: "sandbox-killed" }
  | { type: "sandbox-gone"; pid: number }
  | { type: "trouble"; text: string };
