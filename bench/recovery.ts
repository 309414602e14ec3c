import { systemClock } from "../src/clock.ts";
import type { EffectCompletedEntry, JournalEntry } from "../src/journal/entry.ts";
import { warmCompiler } from "../src/compile/esbuild-service.ts";
import { createTacklebox } from "../src/create-tacklebox.ts";
import { createSimulatedNas } from "../src/nas/create-simulated-nas.ts";
import { oneHookInstall, tickingHook } from "./bench-script.ts";
import { onEachDatastore, type BenchDatastore } from "./datastores.ts";
import { measureInTurns, type BenchSettings, type Row } from "./measure.ts";
import { sandboxPids } from "./processes.ts";

const goalMs = 15;
/** Ticks after which the process is killed. */
const ticksBefore = 5;

/** The sandbox process of a live hook is killed; time until the host has the hook's next ctx call. A spare stands by. */
export async function recovery(settings: BenchSettings): Promise<Row[]> {
  await warmCompiler();
  return await onEachDatastore(settings, (store) => measure(store, settings.rounds));
}

async function measure({ kind, datastore }: BenchDatastore, rounds: number): Promise<Row[]> {
  const nas = await createSimulatedNas({ stepMs: 0, readyAfterMs: 0 });
  let onEntries = (_entries: readonly JournalEntry[]): void => {};
  const tacklebox = createTacklebox({
    nas,
    datastore,
    spareSandboxes: 1,
    // What the host stamps a call with when it comes.
    hookClock: { ...systemClock, now: () => performance.timeOrigin + performance.now() },
    observer: { hookChanged: (_view, entries) => onEntries(entries) },
    onTrouble: (text) => process.stderr.write(`  trouble: ${text}\n`),
  });
  try {
    await tacklebox.start();
    const { figure } = await measureInTurns(rounds, {
      figure: async (round) => {
        await tacklebox.warm();
        const before = new Set(sandboxPids());
        const seen = countTicks();
        onEntries = seen.onEntries;
        const id = await tacklebox.submit(oneHookInstall(`app-${round + 100}`, tickingHook, true));
        await seen.ticks(ticksBefore);
        await tacklebox.warm();
        // The spare of before is the hook's process now.
        const live = sandboxPids().filter((pid) => before.has(pid));
        const killedAt = performance.now();
        for (const pid of live) process.kill(pid, "SIGKILL");
        const calledAt = await seen.tickAfterLoss();
        await tacklebox.cancel(id);
        await seen.end();
        return calledAt - killedAt;
      },
    });
    return [
      {
        subject: kind,
        name: "sandbox process killed to the hook's next ctx call",
        unit: "ms",
        figure,
        floor: null,
        goal: { kind: "value", below: goalMs },
      },
    ];
  } finally {
    await tacklebox.close();
    await nas.close();
  }
}

interface Ticks {
  onEntries(entries: readonly JournalEntry[]): void;
  ticks(count: number): Promise<void>;
  /** When the first tick came after the attempt was lost. */
  tickAfterLoss(): Promise<number>;
  end(): Promise<void>;
}

function countTicks(): Ticks {
  const watchers = new Set<() => void>();
  const state = { ticks: 0, isLost: false, calledAt: 0, hasEnded: false };
  const until = async (isSo: () => boolean): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = (): void => {
      if (isSo()) resolve();
    };
    watchers.add(look);
    look();
    await promise;
    watchers.delete(look);
  };
  return {
    onEntries: (entries) => {
      for (const entry of entries) {
        if (isTick(entry)) {
          state.ticks += 1;
          if (state.isLost) state.calledAt ||= entry.at - performance.timeOrigin;
        } else if (entry.type === "task") {
          state.isLost ||= entry.event.type === "attempt-resumed";
          state.hasEnded ||= entry.event.type === "cancelled";
        }
      }
      for (const look of watchers) look();
    },
    ticks: (count) => until(() => state.ticks >= count),
    tickAfterLoss: async () => {
      await until(() => state.calledAt > 0);
      return state.calledAt;
    },
    end: () => until(() => state.hasEnded),
  };
}

const isTick = (entry: JournalEntry): entry is EffectCompletedEntry =>
  entry.type === "effect-completed" && entry.name === "emitCheckpoint";
