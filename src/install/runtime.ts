import type { Clock } from "../clock.ts";
import type { EffectLimits } from "../context/effect.ts";
import type { DocumentStore, JournalStore } from "../datastore/datastore.ts";
import type { JournalEntry } from "../journal/entry.ts";
import type { NasDriver } from "../nas/nas-driver.ts";
import type { SandboxPool } from "../runtime/sandbox-pool.ts";
import type { HookTaskView, OperationTaskView } from "../task/task-view.ts";
import type { Desk } from "./desk.ts";
import type { NetworkSettings } from "./network-settings.ts";
import type { Retention } from "./retention.ts";
import type { SignIns } from "./sign-ins.ts";

/** What installs and hooks act through; the same for a worker, the demo and an author's `run`. */
export interface Runtime {
  clock: Clock;
  /** Time of hooks' own waits: `--skip-waits` drives it. */
  hookClock: Clock;
  nas: NasDriver;
  journals: JournalStore;
  documents: DocumentStore;
  desk: Desk;
  signIns: SignIns;
  pool: SandboxPool;
  network: NetworkSettings;
  effectLimits: EffectLimits;
  /** How long a hook that waits for a person stays live, in milliseconds; default 5000. */
  parkAfterMs: number;
  /** Timed waits of a hook with at least that many milliseconds left are put away; Infinity: never. */
  restAfterMs: number;
  retention: Retention;
  /** Told of each change, after it is kept. */
  observer: TaskObserver;
}

export interface TaskObserver {
  hookChanged(view: HookTaskView, entries: readonly JournalEntry[]): void;
  operationChanged(view: OperationTaskView): void;
  /** An install or upgrade and its hooks are no longer kept. */
  operationRemoved?(id: string): void;
}
