import { resolveSandboxLimits } from "../src/runtime/sandbox-limits.ts";
import { createSandboxPool } from "../src/runtime/sandbox-pool.ts";
import { compileText, runInSandbox } from "./bare-attempt.ts";
import { startIsolateFloor } from "./isolate-floor.ts";
import { measureInTurns, type BenchSettings, type Row } from "./measure.ts";

const callsPerRound = 400;

/** One ctx call from a hook to the host and back, its completion kept by a journal in memory. */
export async function roundTrip({ rounds }: BenchSettings): Promise<Row[]> {
  const pool = createSandboxPool({ spares: 1, limits: resolveSandboxLimits() });
  const floor = startIsolateFloor();
  const perCall = async (text: string): Promise<number> => {
    const bundle = await compileText(text);
    await pool.warm();
    const times: number[] = [];
    await runInSandbox(pool, bundle, {
      onAppend: (entries) => {
        const now = performance.now();
        times.push(...entries.map(() => now));
      },
    });
    return (((times.at(-1) ?? 0) - (times[0] ?? 0)) / (times.length - 1)) * 1000;
  };
  try {
    const rows: Row[] = [];
    for (const inFlight of [1, 10]) {
      const text = callingHook(inFlight);
      const measured = await measureInTurns(rounds, {
        figure: () => perCall(text),
        floor: () => floor.measure({ kind: "round-trip", text }),
      });
      rows.push({
        subject: "round trip",
        name: `one ctx call, ${inFlight} in flight`,
        unit: "us",
        figure: measured.figure,
        floor: { name: "bare isolate, in process", summary: measured.floor },
        goal: null,
      });
    }
    return rows;
  } finally {
    await Promise.all([pool.close(), floor.close()]);
  }
}

function callingHook(inFlight: number): string {
  return `export async function run(ctx) {
  const chain = async () => {
    for (let call = 0; call < ${callsPerRound / inFlight}; call += 1) await ctx.emitCheckpoint("step", "a message of some length");
  };
  await Promise.all(Array.from({ length: ${inFlight} }, chain));
}
`;
}
