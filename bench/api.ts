import { spawn } from "node:child_process";
import { once } from "node:events";
import { loadavg } from "node:os";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startServe, type ServeProgram } from "../test/support/serve-program.ts";
import type { HookTaskView, OperationTaskView } from "../src/task/task-view.ts";
import { oneHookInstall } from "./bench-script.ts";
import { onEachPlace } from "./datastores.ts";
import { openListeners, type Listeners } from "./listeners.ts";
import { summarize, type BenchSettings, type Row } from "./measure.ts";
import { openPollers, type Pollers } from "./pollers.ts";

const clients = 1000;
const rounds = 3;
const secondsPerRound = 8;
const eventsPerRound = 12;
const pollGoalMs = 50;
const eventGoalMs = 200;
const mebibyte = 1024 * 1024;

const lanes = 2;

/** Tells twice a second where it is, for ten seconds. */
const beatingHook = `export async function run(ctx) {
  for (let beat = 0; beat < 20; beat += 1) {
    await ctx.sleep(500);
    await ctx.emitCheckpoint("beat-" + beat, "it is " + beat);
  }
}`;

/** A thousand clients of one server, while hooks run on it: how long a poll takes, and when the last one has an event. */
export async function api(settings: BenchSettings): Promise<Row[]> {
  return await onEachPlace(settings, async ({ kind, connection: { url, key } }) => {
    const floor = await startFloor();
    const served = await startServe(url, { env: { TACKLEBOX_KEY: key } });
    const beats = await startBeats(served);
    try {
      settings.say(`load of the machine: ${loadavg()[0]?.toFixed(1)}`);
      const polls = await measurePolls(served, floor.url, beats.newest);
      settings.say(`load of the machine: ${loadavg()[0]?.toFixed(1)}`);
      const events = await measureEvents(served, floor.url);
      return [...polls, ...events].map((row): Row => ({ ...row, subject: kind }));
    } finally {
      await beats.stop();
      await served.stop();
      await floor.close();
    }
  });
}

async function call<Body>({ url, token }: ServeProgram, path: string, body?: object): Promise<Body> {
  const response = await fetch(`${url}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Body;
}

/** Installs whose hooks tell where they are, one after another in each of two lanes, until it is stopped. */
async function startBeats(served: ServeProgram): Promise<{ newest(): string; stop(): Promise<void> }> {
  let isStopped = false;
  let started = 0;
  let newest = "";
  const install = async (): Promise<void> => {
    started += 1;
    const appName = `app-${started}`;
    const { script, scriptFile } = oneHookInstall(appName, beatingHook, false, 8080 + started);
    const { id } = await call<OperationTaskView>(served, "/v1/installs", { script, scriptFile, appName });
    newest = id;
    while (!isStopped) {
      const { finishedAt } = await call<OperationTaskView>(served, `/v1/tasks/${id}`);
      if (finishedAt !== null) return;
      await delay(250);
    }
  };
  const lane = async (): Promise<void> => {
    while (!isStopped) await install();
  };
  const running = Array.from({ length: lanes }, lane);
  while (newest === "") await delay(50);
  return {
    newest: () => newest,
    stop: async () => {
      isStopped = true;
      await Promise.all(running);
    },
  };
}

type Measured = Omit<Row, "subject">;

async function measurePolls(
  served: ServeProgram,
  floorUrl: string,
  newest: () => string,
): Promise<Measured[]> {
  // Half of them look at the list, as the activity center does, half at one task, as a backend does.
  const pollers = openPollers({
    origin: served.url,
    count: clients,
    pathOf: (client) => (client % 2 === 0 ? "/v1/tasks?limit=20" : `/v1/tasks/${newest()}`),
    token: served.token,
  });
  const hello = openPollers({ origin: floorUrl, count: clients, pathOf: () => "/hello" });
  try {
    const measured = await inTurns({ figure: pollers, floor: hello });
    const row = (name: string, share: number, goal: Row["goal"]): Measured => ({
      name: `${clients} pollers with ETag, one request a second each: ${name}`,
      unit: "ms",
      figure: summarize(measured.figure.map((values) => shareOf(values, share))),
      floor: {
        name: "fastify hello without conditions",
        summary: summarize(measured.floor.map((values) => shareOf(values, share))),
      },
      goal,
    });
    return [row("median", 0.5, null), row("99th percentile", 0.99, { kind: "value", below: pollGoalMs })];
  } finally {
    await Promise.all([pollers.close(), hello.close()]);
  }
}

async function inTurns(
  pollers: Record<"figure" | "floor", Pollers>,
): Promise<Record<"figure" | "floor", number[][]>> {
  const measured = { figure: [] as number[][], floor: [] as number[][] };
  for (let round = -1; round < rounds; round += 1) {
    for (const name of ["figure", "floor"] as const) {
      const values = await pollers[name].poll(round < 0 ? 3 : secondsPerRound);
      if (round >= 0) measured[name].push(values);
    }
  }
  return measured;
}

async function measureEvents(served: ServeProgram, floorUrl: string): Promise<Measured[]> {
  const before = served.rss();
  const figure = await hearAll({
    url: `${served.url}/v1/events?kind=hook`,
    token: served.token,
    happenedAt: (data) => {
      const { checkpoints } = JSON.parse(data) as HookTaskView;
      const latest = checkpoints.filter(({ id, at }) => id.startsWith("beat-") && at !== null).at(-1);
      return latest === undefined ? null : Date.parse(latest.at as string);
    },
    whenOpen: () => served.rss() - before,
  });
  const floor = await hearAll({
    url: `${floorUrl}/events`,
    token: null,
    happenedAt: (data) => Date.parse((JSON.parse(data) as { at: string }).at),
    whenOpen: () => 0,
  });
  return [
    {
      name: `from a journal write to the last of ${clients} listeners, the slowest of ${eventsPerRound} events`,
      unit: "ms",
      figure: summarize(figure.slowest),
      floor: { name: "the same fan-out, nothing behind it", summary: summarize(floor.slowest) },
      goal: { kind: "value", below: eventGoalMs },
    },
    {
      name: `growth of the service for ${clients} listeners, in all`,
      unit: "MB",
      figure: summarize([figure.growth / mebibyte]),
      floor: null,
      goal: null,
    },
  ];
}

async function hearAll({
  whenOpen,
  ...options
}: {
  url: string;
  token: string | null;
  happenedAt(data: string): number | null;
  whenOpen(): number;
}): Promise<{ slowest: number[]; growth: number }> {
  const listeners: Listeners = await openListeners({ ...options, count: clients });
  try {
    await listeners.hear(3);
    const slowest: number[] = [];
    for (let round = 0; round < rounds; round += 1)
      slowest.push(Math.max(...(await listeners.hear(eventsPerRound))));
    return { slowest, growth: whenOpen() };
  } finally {
    await listeners.close();
  }
}

/** The value that such a share of them does not exceed. */
function shareOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number;
}

async function startFloor(): Promise<{ url: string; close(): Promise<void> }> {
  const program = fileURLToPath(new URL("./api-floor.ts", import.meta.url));
  const child = spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const { value, done } = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
  if (done === true) throw new Error("the server that is the floor ended.");
  return {
    url: value,
    close: async () => {
      child.stdin.end();
      await exited;
    },
  };
}
