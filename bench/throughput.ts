import { warmCompiler } from "../src/compile/esbuild-service.ts";
import { resolveSandboxLimits } from "../src/runtime/sandbox-limits.ts";
import { createSandboxPool } from "../src/runtime/sandbox-pool.ts";
import { openBenchBox, type BenchBox } from "./bench-box.ts";
import { oneHookInstall } from "./bench-script.ts";
import { onEachDatastore } from "./datastores.ts";
import { measureInTurns, type BenchSettings, type Row } from "./measure.ts";

const hook = `export async function run(ctx) { await ctx.emitCheckpoint("here"); }`;
const workers = 2;
const rounds = 3;

/** Hooks per second with two at work at a time, each in a fresh process; the operations wait in the queue. */
export async function throughput(settings: BenchSettings): Promise<Row[]> {
  await warmCompiler();
  return await onEachDatastore(settings, async ({ kind, datastore }) => {
    const box = await openBenchBox(datastore, { hookConcurrency: workers, operationConcurrency: 8 });
    try {
      await box.tacklebox.start();
      const state = { operations: 0 };
      const measured = await measureInTurns(
        rounds,
        {
          figure: () => runHooks(box, settings.hooks, state),
          floor: () => startProcesses(settings.hooks),
        },
        1,
      );
      return [
        {
          subject: kind,
          name: `hooks per second, ${workers} workers`,
          unit: "/s",
          figure: measured.figure,
          floor: { name: `starts of a sandbox process, ${workers} at a time`, summary: measured.floor },
          goal: null,
        },
      ];
    } finally {
      await box.close();
    }
  });
}

async function runHooks(box: BenchBox, hooks: number, state: { operations: number }): Promise<number> {
  const startedAt = performance.now();
  state.operations += hooks;
  const done = box.completed(state.operations);
  const requests = Array.from({ length: hooks }, (_, index) => oneHookInstall(`app-${index}`, hook, true));
  await Promise.all(requests.map((request) => box.tacklebox.submit(request)));
  await done;
  return hooks / ((performance.now() - startedAt) / 1000);
}

/** The floor of "a fresh process for each hook": start it, wait until its isolate stands, kill it. */
async function startProcesses(count: number): Promise<number> {
  const startedAt = performance.now();
  let left = count;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const pool = createSandboxPool({ spares: 1, limits: resolveSandboxLimits() });
      await pool.warm();
      await pool.close();
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
  return count / ((performance.now() - startedAt) / 1000);
}
