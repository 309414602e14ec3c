import { runHostileLoad } from "../test/api/support/hostile-load.ts";
import { startServe } from "../test/support/serve-program.ts";
import { onEachPlace } from "./datastores.ts";
import { summarize, type BenchSettings, type Row } from "./measure.ts";

const healthGoalMs = 1000;
const growthGoalMb = 200;
const mebibyte = 1024 * 1024;

/** Hostile hooks beside benign ones on one service: how long its health route takes at worst, and what the service grows by. */
export async function hostile(settings: BenchSettings): Promise<Row[]> {
  return await onEachPlace(settings, async ({ kind, connection: { url, key } }) => {
    const served = await startServe(url, { env: { TACKLEBOX_KEY: key } });
    try {
      const { longestMs, growthBytes, answers, benign } = await runHostileLoad(served);
      if (benign.some((status) => status !== "COMPLETED"))
        throw new Error(`benign hooks: ${benign.join(", ")}`);
      return [
        {
          subject: kind,
          name: `hostile hooks beside benign ones: the longest of ${answers} looks at its health`,
          unit: "ms",
          figure: summarize([longestMs]),
          floor: null,
          goal: { kind: "value", below: healthGoalMs },
        },
        {
          subject: kind,
          name: "hostile hooks beside benign ones: growth of the service at the highest",
          unit: "MB",
          figure: summarize([growthBytes / mebibyte]),
          floor: null,
          goal: { kind: "value", below: growthGoalMb },
        },
      ];
    } finally {
      await served.stop();
    }
  });
}
