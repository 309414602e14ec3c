import { warmCompiler } from "../src/compile/esbuild-service.ts";
import type { OperationRequest } from "../src/install/prepare-operation.ts";
import { resolveSandboxLimits } from "../src/runtime/sandbox-limits.ts";
import { createSandboxPool } from "../src/runtime/sandbox-pool.ts";
import { openBenchBox, type BenchBox } from "./bench-box.ts";
import { oneHookInstall } from "./bench-script.ts";
import { onEachDatastore } from "./datastores.ts";
import { measureInTurns, type BenchSettings, type Row } from "./measure.ts";

const hook = `export async function run(ctx) { await ctx.emitCheckpoint("here"); }`;
export const workers = 2;
const rounds = 3;

/** Hooks per second with two at work at a time, each in a fresh process; the operations wait in the queue. */
export async function throughput(settings: BenchSettings): Promise<Row[]> {
  await warmCompiler();
  return await onEachDatastore(settings, async ({ kind, datastore }) => {
    const box = await openBenchBox(datastore, { hookConcurrency: workers, operationConcurrency: 8 });
    try {
      await box.tacklebox.start();
      const measured = await measureInTurns(
        rounds,
        {
          figure: () =>
            runHooks(
              box,
              Array.from({ length: settings.hooks }, (_, index) =>
                oneHookInstall(`app-${index}`, hook, true),
              ),
            ),
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

/** Hands the operations in at once and waits for all of them; hooks per second. */
export async function runHooks(box: BenchBox, requests: OperationRequest[]): Promise<number> {
  const startedAt = performance.now();
  const done = box.completed(box.operations() + requests.length);
  await Promise.all(requests.map((request) => box.tacklebox.submit(request)));
  await done;
  return requests.length / ((performance.now() - startedAt) / 1000);
}

/** The floor of "a fresh process for each hook": start it, wait until its isolate stands, kill it. */
export async function startProcesses(count: number): Promise<number> {
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
