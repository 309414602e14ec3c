import type { Datastore } from "../src/datastore/datastore.ts";
import { getJson, putJson } from "../src/install/stored-json.ts";
import { hooksQueue } from "../src/queue/queue-names.ts";
import type { HookTaskRecord } from "../src/task/hook-task.ts";
import { openBenchBox, type BenchBox, type HookListener } from "./bench-box.ts";
import { oneHookInstall } from "./bench-script.ts";
import { onEachDatastore, type BenchDatastore } from "./datastores.ts";
import { measureInTurns, summarize, type BenchSettings, type Row } from "./measure.ts";
import { settledRss } from "./processes.ts";

const warmUps = 3;
const mostClicks = 20;
/** Soon, and not before a click is found that is there already. */
const parkAfterMs = 50;
const copiesAtOnce = 100;
const farAheadMs = 5 * 365 * 24 * 3_600_000;
const hook = `export async function run(ctx) {
  const decision = await ctx.awaitCheckpointRetry("waits", "not yet");
  await ctx.emitCheckpoint("resumed", decision);
}`;

/**
 * One worker with many hooks parked: what it grows by, and how long it takes from Retry to the line after the wait. Those that
 * are clicked have run and parked here; the others are copies of one of them, written into the datastore.
 */
export async function parked(settings: BenchSettings): Promise<Row[]> {
  return await onEachDatastore(settings, (store) => measure(store, settings));
}

async function measure({ kind, datastore }: BenchDatastore, settings: BenchSettings): Promise<Row[]> {
  const clicks = Math.min(settings.rounds, mostClicks);
  const seen = watchHooks();
  const box = await openBenchBox(datastore, { parkAfterMs }, seen.listen);
  try {
    await box.tacklebox.start();
    await park(box, clicks + warmUps);
    const before = await settledRss();
    await copy(datastore, seen.waiting[0] ?? "", settings);
    const growth = (await settledRss()) - before;
    const measured = await measureInTurns(
      clicks,
      {
        figure: async (round) => {
          await box.tacklebox.warm();
          const id = seen.waiting[round + warmUps] ?? "";
          const clickedAt = performance.now();
          await box.tacklebox.retry(id);
          return (await seen.resumed(id)) - clickedAt;
        },
        floor: () => box.noop(),
      },
      warmUps,
    );
    const name = `with ${settings.many} hooks parked`;
    return [
      {
        subject: kind,
        name: `Retry to the line after the wait, ${name}`,
        unit: "ms",
        figure: measured.figure,
        floor: { name: "BullMQ no-op, add to processor", summary: measured.floor },
        goal: null,
      },
      {
        subject: kind,
        name: `growth of the service ${name}, in all`,
        unit: "MB",
        figure: summarize([growth]),
        floor: null,
        goal: null,
      },
    ];
  } finally {
    await box.close();
  }
}

async function park(box: BenchBox, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await box.tacklebox.submit(oneHookInstall(`parked-${index}`, hook, true));
  }
  await box.waiting(count);
}

/** Task, journal and job of a parked hook, again under other ids. */
async function copy(datastore: Datastore, id: string, { many, say }: BenchSettings): Promise<void> {
  const task = await getJson<HookTaskRecord>(datastore.documents, "hook-tasks", id);
  const entries = await datastore.journals.read(id);
  const queue = datastore.bull.queue(hooksQueue);
  const copyOne = async (index: number): Promise<void> => {
    const copyId = `${id}-${index}`;
    await putJson(datastore.documents, "hook-tasks", copyId, { ...task, id: copyId });
    await datastore.journals.append(copyId, 0, entries);
    await queue.add(task?.hook.event ?? "", { id: copyId }, { jobId: copyId, delay: farAheadMs });
  };
  for (let first = 0; first < many; first += copiesAtOnce) {
    const count = Math.min(copiesAtOnce, many - first);
    await Promise.all(Array.from({ length: count }, (_, offset) => copyOne(first + offset)));
    if ((first + count) % 2000 === 0) say(`${first + count} hooks parked`);
  }
  await queue.close();
}

interface SeenHooks {
  listen: HookListener;
  /** Ids of the hooks that have come to wait, in that order. */
  waiting: string[];
  /** When that hook has gone past its wait. */
  resumed(id: string): Promise<number>;
}

function watchHooks(): SeenHooks {
  const waiting: string[] = [];
  const resumed = new Map<string, PromiseWithResolvers<number>>();
  const resumptionOf = (id: string): PromiseWithResolvers<number> => {
    const found = resumed.get(id) ?? Promise.withResolvers<number>();
    resumed.set(id, found);
    return found;
  };
  return {
    waiting,
    listen: (view, entries) => {
      for (const entry of entries) {
        if (entry.type === "effect-started" && entry.name === "awaitCheckpointRetry") waiting.push(view.id);
        const isCall = entry.type === "effect-completed" && entry.name === "emitCheckpoint";
        if (isCall) resumptionOf(view.id).resolve(performance.now());
      }
    },
    resumed: (id) => resumptionOf(id).promise,
  };
}
