import { setTimeout as delay } from "node:timers/promises";
import { warmCompiler } from "../src/compile/esbuild-service.ts";
import { openBenchBox, type Marks } from "./bench-box.ts";
import { oneHookInstall } from "./bench-script.ts";
import { onEachDatastore, type BenchDatastore } from "./datastores.ts";
import { measureInTurns, summarize, type BenchSettings, type Row } from "./measure.ts";

const hook = `export async function run(ctx) { await ctx.emitCheckpoint("here", "it runs"); }`;

/** From the queue to a hook's first ctx call, and from the request to the end of an install of one hook. */
export async function queueLatency(settings: BenchSettings): Promise<Row[]> {
  await warmCompiler();
  return await onEachDatastore(settings, (store) => measure(store, settings.rounds));
}

async function measure({ kind, datastore }: BenchDatastore, rounds: number): Promise<Row[]> {
  const box = await openBenchBox(datastore);
  const seen: Marks[] = [];
  try {
    await box.tacklebox.start();
    const { floor } = await measureInTurns(rounds, {
      figure: async (round) => {
        const marks = await box.run(oneHookInstall(`app-${round + 100}`, hook, false));
        if (round >= 0) seen.push(marks);
        return marks.done - marks.submitted;
      },
      floor: async () => {
        // The job of the install before it is still being put away.
        await delay(30);
        return await box.noop();
      },
    });
    const row = (name: string, of: (marks: Marks) => number): Row => ({
      subject: kind,
      name,
      unit: "ms",
      figure: summarize(seen.map(of)),
      floor: { name: "BullMQ no-op, add to processor", summary: floor },
      goal: null,
    });
    return [
      {
        ...row("queued to first ctx call", (marks) => marks.firstCall - marks.queued),
        goal: { kind: "ratio", atMost: 3, project: 2.5 },
      },
      row("queued to first ctx call journaled", (marks) => marks.firstKept - marks.queued),
      row("install of one hook, request to done", (marks) => marks.done - marks.submitted),
    ];
  } finally {
    await box.close();
  }
}
