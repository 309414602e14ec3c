import { warmCompiler } from "../src/compile/esbuild-service.ts";
import type { Datastore } from "../src/datastore/datastore.ts";
import type { SandboxReuse } from "../src/runtime/sandbox-pool.ts";
import { openBenchBox } from "./bench-box.ts";
import { oneHookInstall } from "./bench-script.ts";
import { onEachDatastore } from "./datastores.ts";
import { measureInTurns, type BenchSettings, type Row } from "./measure.ts";
import { runHooks, startProcesses, workers } from "./throughput.ts";

const hook = `export async function run(ctx) {
  for (let call = 0; call < 10; call += 1) await ctx.emitCheckpoint("step", "a message of some length");
}`;
const rounds = 3;

/**
 * Hooks per second with ten durable calls each, all of one app: each in a process of its own, and with processes that may
 * serve the app again.
 */
export async function durableThroughput(settings: BenchSettings): Promise<Row[]> {
  await warmCompiler();
  return await onEachDatastore(settings, async ({ kind, datastore }) => {
    const measured = await measureInTurns(
      rounds,
      {
        own: () => perSecond(datastore, "never", settings.hooks),
        reused: () => perSecond(datastore, "app", settings.hooks),
        starts: () => startProcesses(settings.hooks),
      },
      1,
    );
    const common = { subject: kind, unit: "/s", goal: null };
    const name = `hooks of ten durable calls per second, ${workers} workers`;
    return [
      {
        ...common,
        name: `${name}, a process each`,
        figure: measured.own,
        floor: { name: `starts of a sandbox process, ${workers} at a time`, summary: measured.starts },
      },
      {
        ...common,
        name: `${name}, sandboxReuse "app"`,
        figure: measured.reused,
        floor: { name: "a process each", summary: measured.own },
      },
    ];
  });
}

async function perSecond(datastore: Datastore, sandboxReuse: SandboxReuse, hooks: number): Promise<number> {
  const box = await openBenchBox(datastore, {
    sandboxReuse,
    hookConcurrency: workers,
    operationConcurrency: 8,
  });
  try {
    await box.tacklebox.start();
    await box.tacklebox.warm();
    return await runHooks(
      box,
      Array.from({ length: hooks }, () => oneHookInstall("app", hook, true)),
    );
  } finally {
    await box.close();
  }
}
