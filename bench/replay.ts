import type { Bundle } from "../src/compile/bundle.ts";
import type { JournalEntry } from "../src/journal/entry.ts";
import { resolveSandboxLimits } from "../src/runtime/sandbox-limits.ts";
import { createSandboxPool, type SandboxPool } from "../src/runtime/sandbox-pool.ts";
import { compileText, runInSandbox } from "./bare-attempt.ts";
import { measureInTurns, type BenchSettings, type Row } from "./measure.ts";

const recordedCalls = 1000;

/**
 * Bringing back a hook that has made a thousand calls, to its first new one: in an isolate that has to be made first, and
 * in a spare whose isolate stands already.
 */
export async function replay({ rounds }: BenchSettings): Promise<Row[]> {
  const limits = resolveSandboxLimits();
  const spare = createSandboxPool({ spares: 1, limits });
  const renewing = watchEnds(createSandboxPool({ spares: 0, reuse: "app", limits }));
  try {
    const long = await compileText(callingHook(recordedCalls));
    const short = await compileText(callingHook(0));
    const recorded = await record(spare, long);
    const inFresh = async (bundle: Bundle, entries: readonly JournalEntry[]): Promise<number> => {
      // At its end its isolate is thrown away, and the making of a fresh one begins.
      await runInSandbox(renewing.pool, short);
      const begunAt = renewing.endedAt();
      return (await firstNewCall(renewing.pool, bundle, entries)) - begunAt;
    };
    const inSpare = async (bundle: Bundle, entries: readonly JournalEntry[]): Promise<number> => {
      await spare.warm();
      const askedAt = performance.now();
      return (await firstNewCall(spare, bundle, entries)) - askedAt;
    };
    const measured = await measureInTurns(rounds, {
      fresh: () => inFresh(long, recorded),
      freshFloor: () => inFresh(short, []),
      spare: () => inSpare(long, recorded),
      spareFloor: () => inSpare(short, []),
    });
    const name = `${recorded.length} entries to the first new call`;
    return [
      {
        subject: "replay",
        name: `${name}, in a fresh isolate`,
        unit: "ms",
        figure: measured.fresh,
        floor: { name: "fresh isolate, nothing recorded", summary: measured.freshFloor },
        goal: { kind: "ratio", atMost: 2 },
      },
      {
        subject: "replay",
        name: `${name}, in a spare that stands ready`,
        unit: "ms",
        figure: measured.spare,
        floor: { name: "spare, nothing recorded", summary: measured.spareFloor },
        goal: null,
      },
    ];
  } finally {
    await Promise.all([spare.close(), renewing.pool.close()]);
  }
}

async function record(pool: SandboxPool, bundle: Bundle): Promise<JournalEntry[]> {
  const recorded: JournalEntry[] = [];
  await runInSandbox(pool, bundle, { onAppend: (entries) => recorded.push(...entries) });
  // The last one is the new call.
  return recorded.slice(0, recordedCalls);
}

/** The pool, and when its latest attempt has ended. */
function watchEnds(pool: SandboxPool): { pool: SandboxPool; endedAt(): number } {
  let endedAt = 0;
  const watched: SandboxPool = {
    ...pool,
    acquire: async (app) => {
      const lease = await pool.acquire(app);
      return {
        ...lease,
        end: (isClean) => {
          endedAt = performance.now();
          lease.end(isClean);
        },
      };
    },
  };
  return { pool: watched, endedAt: () => endedAt };
}

/** When the first call was made that is not recorded. */
async function firstNewCall(
  pool: SandboxPool,
  bundle: Bundle,
  recorded: readonly JournalEntry[],
): Promise<number> {
  let calledAt = 0;
  await runInSandbox(pool, bundle, { recorded, onAppend: () => (calledAt ||= performance.now()) });
  return calledAt;
}

function callingHook(calls: number): string {
  return `export async function run(ctx) {
  for (let call = 0; call < ${calls}; call += 1) await ctx.emitCheckpoint("step", "a message of some length");
  await ctx.emitCheckpoint("new", "not recorded");
}
`;
}
