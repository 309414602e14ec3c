import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { openBenchBox, type BenchBox } from "./bench-box.ts";
import { oneHookInstall } from "./bench-script.ts";
import { onEachDatastore } from "./datastores.ts";
import { summarize, type BenchSettings, type Row } from "./measure.ts";
import { sandboxPids, settledRss } from "./processes.ts";

const liveHooks = 8;
const warmUpHooks = 40;
const goalMb = 20;
const livingHook = `export async function run(ctx) { await ctx.emitCheckpoint("alive"); for (;;) await ctx.sleep(2000); }`;
const quickHook = `export async function run(ctx) { await ctx.emitCheckpoint("here"); }`;
const parkingHook = `export async function run(ctx) { await ctx.awaitCheckpointRetry("waits", "not yet"); }`;

/** What a live hook and what a parked one holds: in its sandbox process and in the service. */
export async function memory(settings: BenchSettings): Promise<Row[]> {
  return await onEachDatastore(settings, async ({ kind, datastore }) => {
    const box = await openBenchBox(datastore, {
      hookConcurrency: liveHooks,
      parkAfterMs: 1,
      spareSandboxes: 0,
    });
    try {
      await box.tacklebox.start();
      const state = { operations: 0 };
      await runMany(box, state, warmUpHooks);
      const parked = await measureParked(box, settings);
      const live = await measureLive(box);
      const mb = (name: string, values: number[]): Row => ({
        subject: kind,
        name,
        unit: "MB",
        figure: summarize(values),
        floor: null,
        goal: null,
      });
      return [
        mb("RSS of a live hook's process", live.rss),
        mb("its own share of that (PSS)", live.pss),
        mb("growth of the service per live hook", [live.serviceGrowth / liveHooks]),
        {
          ...mb(`growth of the service for ${settings.parked} parked hooks, in all`, [parked.growth]),
          goal: { kind: "value", below: goalMb },
        },
        { ...mb("sandbox processes alive for them", [parked.processes]), unit: "processes" },
      ];
    } finally {
      await box.close();
    }
  });
}

async function runMany(box: BenchBox, state: { operations: number }, count: number): Promise<void> {
  state.operations += count;
  const done = box.completed(state.operations);
  for (let index = 0; index < count; index += 1) {
    await box.tacklebox.submit(oneHookInstall(`warm-${index}`, quickHook, true));
  }
  await done;
}

async function measureParked(
  box: BenchBox,
  { parked, say }: BenchSettings,
): Promise<{ growth: number; processes: number }> {
  const before = await settledRss();
  for (let index = 0; index < parked; index += 1) {
    await box.tacklebox.submit(oneHookInstall(`parked-${index}`, parkingHook, true));
    if ((index + 1) % 100 === 0) say(`${index + 1} hooks submitted`);
  }
  await box.waiting(parked);
  while (sandboxPids().length > 0) await delay(50);
  const growth = (await settledRss()) - before;
  return { growth, processes: sandboxPids().length };
}

async function measureLive(box: BenchBox): Promise<{ rss: number[]; pss: number[]; serviceGrowth: number }> {
  const before = await settledRss();
  for (let index = 0; index < liveHooks; index += 1) {
    await box.tacklebox.submit(oneHookInstall(`live-${index}`, livingHook, true));
  }
  while (sandboxPids().length < liveHooks) await delay(50);
  const serviceGrowth = (await settledRss()) - before;
  const pids = sandboxPids();
  return {
    rss: pids.map((pid) => kilobytes(pid, "status", "VmRSS") / 1024),
    pss: pids.map((pid) => kilobytes(pid, "smaps_rollup", "Pss") / 1024),
    serviceGrowth,
  };
}

function kilobytes(pid: number, file: string, field: string): number {
  const text = readFileSync(`/proc/${pid}/${file}`, "utf8");
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(text)?.[1]);
}
