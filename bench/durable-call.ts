import { randomUUID } from "node:crypto";
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JournalWriter } from "../src/journal/journal-writer.ts";
import { openTaskJournal } from "../src/install/task-journal.ts";
import { resolveSandboxLimits } from "../src/runtime/sandbox-limits.ts";
import { createSandboxPool } from "../src/runtime/sandbox-pool.ts";
import { compileText, runInSandbox } from "./bare-attempt.ts";
import { onSyncingRedis } from "./datastores.ts";
import { measureInTurns, type BenchSettings, type Row } from "./measure.ts";

const callsPerRound = 200;

/**
 * One ctx call of a live hook, kept by a Redis that writes and syncs its file at every command: from the first write to the
 * end of the last, for each call. The floor writes the same bytes to a file on the same disk and syncs it, one after another.
 */
export async function durableCall(settings: BenchSettings): Promise<Row[]> {
  return await onSyncingRedis(settings, async (datastore) => {
    const pool = createSandboxPool({ spares: 1, limits: resolveSandboxLimits() });
    const disk = await openDisk();
    try {
      const rows: Row[] = [];
      for (const { inFlight, atMost } of [
        { inFlight: 1, atMost: 2.5 },
        { inFlight: 8, atMost: 0.9 },
      ]) {
        const bundle = await compileText(callingHook(inFlight));
        const measured = await measureInTurns(settings.rounds, {
          figure: async () => {
            await pool.warm();
            const journal = timed(await openTaskJournal(datastore.journals, randomUUID(), () => {}));
            await runInSandbox(pool, bundle, { journal });
            return journal.msPerEntry();
          },
          floor: async () => await Promise.resolve(disk.msPerWrite()),
        });
        rows.push({
          subject: "durable call",
          name: `a ctx call on Redis, appendfsync always, ${inFlight} in flight`,
          unit: "ms",
          figure: measured.figure,
          floor: { name: "write and fdatasync, one at a time", summary: measured.floor },
          goal: { kind: "ratio", atMost },
        });
      }
      return rows;
    } finally {
      await Promise.all([pool.close(), disk.close()]);
    }
  });
}

/** The journal; counts from the beginning of its first write to the end of its last. */
function timed(journal: JournalWriter): JournalWriter & { msPerEntry(): number } {
  let [entries, beganAt, endedAt] = [0, 0, 0];
  return {
    append: async (added) => {
      beganAt ||= performance.now();
      await journal.append(added);
      entries += added.length;
      endedAt = performance.now();
    },
    msPerEntry: () => (endedAt - beganAt) / entries,
  };
}

interface Disk {
  /** Milliseconds for one entry of such a hook. */
  msPerWrite(): number;
  close(): Promise<void>;
}

/** A file beside Redis's own. */
async function openDisk(): Promise<Disk> {
  const folder = await mkdtemp(join(tmpdir(), "tacklebox-bench-disk-"));
  const file = openSync(join(folder, "floor"), "a");
  const entry = Buffer.from(JSON.stringify(exampleEntry));
  return {
    msPerWrite: () => {
      const beganAt = performance.now();
      for (let write = 0; write < callsPerRound; write += 1) {
        writeSync(file, entry);
        fdatasyncSync(file);
      }
      return (performance.now() - beganAt) / callsPerRound;
    },
    close: async () => {
      closeSync(file);
      await rm(folder, { recursive: true });
    },
  };
}

/** As the hook's calls leave it. */
const exampleEntry = {
  type: "effect-completed",
  seq: 100,
  name: "emitCheckpoint",
  argsHash: "x".repeat(22),
  at: 1_800_000_000_000,
  outcome: { ok: true, value: null },
  event: { type: "checkpoint", id: "step", message: "a message of some length", progress: null },
};

function callingHook(inFlight: number): string {
  return `export async function run(ctx) {
  const chain = async () => {
    for (let call = 0; call < ${callsPerRound / inFlight}; call += 1) await ctx.emitCheckpoint("step", "a message of some length");
  };
  await Promise.all(Array.from({ length: ${inFlight} }, chain));
}
`;
}
