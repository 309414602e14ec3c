import { defaultEffectLimits } from "../../src/context/effect-table.ts";
import type { JournalStore } from "../../src/datastore/datastore.ts";
import { createMemoryStores } from "../../src/datastore/memory-stores.ts";
import { createDesk } from "../../src/install/desk.ts";
import type { NetworkSettings } from "../../src/install/network-settings.ts";
import { resolveRetention } from "../../src/install/retention.ts";
import type { Runtime } from "../../src/install/runtime.ts";
import { createSignIns } from "../../src/install/sign-ins.ts";
import { openTaskJournal, readJournal } from "../../src/install/task-journal.ts";
import type { JournalEntry } from "../../src/journal/entry.ts";
import { createSimulatedNas } from "../../src/nas/create-simulated-nas.ts";
import type { NasDriver } from "../../src/nas/nas-driver.ts";
import type {
  SimulatedNasControl,
  SimulatedNasOptions,
} from "../../src/nas/simulated/simulated-nas-options.ts";
import type { NetworkRequest, NetworkResponse } from "../../src/network/network-client.ts";
import { resolveNetworkLimits } from "../../src/network/network-limits.ts";
import { resolveSandboxLimits } from "../../src/runtime/sandbox-limits.ts";
import type { TaskEvent } from "../../src/task/task-event.ts";
import type { HookTaskView, OperationTaskView } from "../../src/task/task-view.ts";
import { createManualClock, type ManualClock } from "../support/manual-clock.ts";

/** Everything around an install but the sandbox: hook tasks are ended by the test, which writes their journals. */
export interface InstallFixture {
  runtime: Runtime;
  clock: ManualClock;
  nas: NasDriver & SimulatedNasControl;
  /** Calls that change something on the NAS, in order; refused ones too. */
  calls: string[];
  /** Views told to the observer, in order. */
  seen: { operations: OperationTaskView[]; hooks: HookTaskView[] };
  /** Answers of the sign-in provider; by default it approves nothing. */
  provider: { answer(request: NetworkRequest): { status: number; body: object } };
  /** Task ids for which a sign-in's result was announced. */
  woken: string[];
  /** Writes events into a hook task's journal. */
  write(taskId: string, ...events: TaskEvent[]): Promise<void>;
  journalOf(taskId: string): Promise<JournalEntry[]>;
  close(): Promise<void>;
}

export interface FixtureOptions {
  nas?: SimulatedNasOptions;
  /** Stands between the runtime and the NAS. */
  wrapNas?(nas: NasDriver): NasDriver;
  wrapJournals?(journals: JournalStore): JournalStore;
}

export async function openInstall(options: FixtureOptions = {}): Promise<InstallFixture> {
  const clock = createManualClock();
  const nas = await createSimulatedNas({ clock, ...options.nas });
  const { journals: plain, documents } = createMemoryStores();
  const journals = options.wrapJournals?.(plain) ?? plain;
  const calls: string[] = [];
  const woken: string[] = [];
  const seen: InstallFixture["seen"] = { operations: [], hooks: [] };
  const provider: InstallFixture["provider"] = { answer: () => ({ status: 500, body: {} }) };
  const desk = createDesk(documents, clock);
  const network = networkThrough(provider);
  const signIns = createSignIns({
    desk,
    clock,
    network,
    wake: async (taskId) => {
      woken.push(taskId);
    },
    addPoll: null,
  });
  const counted = countCalls(nas, calls);
  const runtime: Runtime = {
    clock,
    hookClock: clock,
    nas: options.wrapNas?.(counted) ?? counted,
    journals,
    documents,
    desk,
    signIns,
    pool: noSandboxes,
    network,
    effectLimits: defaultEffectLimits,
    parkAfterMs: 0,
    restAfterMs: Number.POSITIVE_INFINITY,
    retention: resolveRetention(),
    observer: {
      hookChanged: (view) => seen.hooks.push(view),
      operationChanged: (view) => seen.operations.push(view),
    },
  };
  return {
    runtime,
    clock,
    nas,
    calls,
    seen,
    provider,
    woken,
    write: async (taskId, ...events) => {
      const journal = await openTaskJournal(plain, taskId, () => {});
      await journal.append(events.map((event) => ({ type: "task", at: clock.now(), event })));
    },
    journalOf: (taskId) => readJournal(plain, taskId),
    close: async () => {
      await signIns.close();
      await nas.close();
    },
  };
}

function countCalls(nas: NasDriver, calls: string[]): NasDriver {
  const count = <A, R>(name: string, call: (argument: A) => Promise<R>) => {
    return (argument: A): Promise<R> => {
      calls.push(name);
      return call(argument);
    };
  };
  return {
    ...nas,
    ensureDirectory: count("directory", nas.ensureDirectory),
    startCreateApp: count("app.create", nas.startCreateApp),
    startUpgradeApp: count("app.upgrade", nas.startUpgradeApp),
  };
}

function networkThrough(provider: InstallFixture["provider"]): NetworkSettings {
  return {
    allowOtherApps: true,
    allow: [],
    originMap: [],
    deniedPorts: [6379],
    limits: resolveNetworkLimits({}),
    createClient: () => ({
      request: async (request): Promise<NetworkResponse> => {
        const { status, body } = provider.answer(request);
        const bytes = new TextEncoder().encode(JSON.stringify(body));
        return { url: request.url, status, statusText: "", headers: [], redirected: false, body: bytes };
      },
      close: async () => {},
    }),
  };
}

const noSandboxes: Runtime["pool"] = {
  limits: resolveSandboxLimits(),
  acquire: () => Promise.reject(new Error("these tests run no hooks")),
  warm: async () => {},
  pids: () => [],
  close: async () => {},
};
