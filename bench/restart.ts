import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onEachPlace, type BenchPlace, type Connection } from "./datastores.ts";
import { measureInTurns, type BenchSettings, type Row } from "./measure.ts";

/** What a worker's own process is told. */
export interface RestartOrder extends Connection {
  submits: boolean;
  works: boolean;
}

/** Processes take most of a second to start: few rounds say enough. */
const mostRounds = 15;

/**
 * The whole process is killed while its hook is live, and started again, the only one on its datastore: from the start to the
 * hook's next ctx call. The floor is the same start, with a hook waiting in the queue that has not begun.
 */
export async function restart(settings: BenchSettings): Promise<Row[]> {
  return await onEachPlace(settings, (place) => measure(place, Math.min(settings.rounds, mostRounds)));
}

async function measure(place: BenchPlace, rounds: number): Promise<Row[]> {
  const order = (submits: boolean, works: boolean): RestartOrder => ({ ...place.connection, submits, works });
  const measured = await measureInTurns(
    rounds,
    {
      figure: async () => {
        const killed = startWorker(order(true, true));
        await killed.said("called");
        await killed.kill();
        return await timeToCall(order(false, true));
      },
      floor: async () => {
        const submitting = startWorker(order(true, false));
        await submitting.said("submitted");
        await submitting.end();
        return await timeToCall(order(false, true));
      },
    },
    1,
  );
  return [
    {
      subject: place.kind,
      name: "process killed, from its new start to the hook's next ctx call",
      unit: "ms",
      figure: measured.figure,
      floor: { name: "ordinary start to the first call of a queued hook", summary: measured.floor },
      goal: { kind: "ratio", atMost: 1.3 },
    },
  ];
}

async function timeToCall(order: RestartOrder): Promise<number> {
  const startedAt = performance.now();
  const worker = startWorker(order);
  const operationId = await worker.said("called");
  const ms = performance.now() - startedAt;
  await worker.end(operationId);
  return ms;
}

interface Worker {
  /** Resolves with what follows the word in a line that begins with it. */
  said(word: string): Promise<string>;
  kill(): Promise<void>;
  /** Ends it in good order, the operation cancelled before. */
  end(operationId?: string): Promise<void>;
}

function startWorker(order: RestartOrder): Worker {
  const program = fileURLToPath(new URL("./restart-child.ts", import.meta.url));
  const child = spawn(process.execPath, [program, JSON.stringify(order)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = once(child, "close");
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    said: async (word) => {
      for (;;) {
        const { value, done } = await lines.next();
        if (done === true) throw new Error(`the worker ended before it said "${word}".`);
        if (value.startsWith(word)) return value.slice(word.length).trim();
      }
    },
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
    },
    end: async (operationId) => {
      child.stdin.end(operationId === undefined ? undefined : `${operationId}\n`);
      const [status] = (await exited) as [number | null];
      if (status !== 0) throw new Error(`a worker ended with status ${status}.`);
    },
  };
}
