import { warmCompiler } from "../src/compile/esbuild-service.ts";
import { resolveSandboxLimits } from "../src/runtime/sandbox-limits.ts";
import { createSandboxPool } from "../src/runtime/sandbox-pool.ts";
import { compileText, runInSandbox } from "./bare-attempt.ts";
import { startIsolateFloor } from "./isolate-floor.ts";
import { measureInTurns, type BenchSettings, type Row } from "./measure.ts";

/**
 * From the text of a hook to the result of its ten awaited ctx calls, in a spare sandbox process with all web
 * globals: a text never seen before, and one that was compiled before.
 */
export async function coldStart({ rounds }: BenchSettings): Promise<Row[]> {
  const pool = createSandboxPool({ spares: 1, limits: resolveSandboxLimits() });
  const floor = startIsolateFloor();
  const known = hookText("known");
  const time = async (text: string): Promise<number> => {
    await pool.warm();
    const startedAt = performance.now();
    await runInSandbox(pool, await compileText(text));
    return performance.now() - startedAt;
  };
  try {
    await warmCompiler();
    await compileText(known);
    const measured = await measureInTurns(rounds, {
      unseen: (round) => time(hookText(`figure ${round}`)),
      unseenFloor: (round) =>
        floor.measure({ kind: "cold-start", text: hookText(`floor ${round}`), compiled: false }),
      cached: () => time(known),
      cachedFloor: () => floor.measure({ kind: "cold-start", text: known, compiled: true }),
    });
    const name = "bare isolate, in process";
    const goal = { kind: "ratio", atMost: 2, project: 1.5 } as const;
    const common = { subject: "cold start", unit: "ms" };
    return [
      {
        ...common,
        name: "text never seen to result of ten ctx calls",
        figure: measured.unseen,
        floor: { name, summary: measured.unseenFloor },
        goal,
      },
      {
        ...common,
        name: "the same, compiled before",
        figure: measured.cached,
        floor: { name, summary: measured.cachedFloor },
        goal: null,
      },
    ];
  } finally {
    await Promise.all([pool.close(), floor.close()]);
  }
}

/** About 2 KB of TypeScript, as small hooks are; `mark` makes it a text nobody has compiled. */
function hookText(mark: string): string {
  const steps = Array.from(
    { length: 10 },
    (_, step) =>
      `  const part${step}: Part = { id: "step-${step}", text: describe(${step}, names[${step}] ?? "") };\n` +
      `  await ctx.emitCheckpoint(part${step}.id, part${step}.text, ${step * 10});\n`,
  );
  return `// ${mark}
interface Part { id: string; text: string }
interface Ctx { emitCheckpoint(id: string, message?: string, progress?: number): Promise<void> }
const names: string[] = ${JSON.stringify(Array.from({ length: 10 }, (_, step) => `library ${step} of ${mark}`))};
function describe(step: number, name: string): string {
  return \`Step \${step}: \${name.toUpperCase()}\`;
}
export async function run(ctx: Ctx): Promise<void> {
${steps.join("")}}
`;
}
