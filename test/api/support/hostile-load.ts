import { setTimeout as delay } from "node:timers/promises";
import type { OperationTaskView } from "../../../src/task/task-view.ts";
import { hostileHooks, type HostileHook } from "../../sandbox/hostile-hooks.ts";
import type { ServeProgram } from "../../support/serve-program.ts";
import { readEvents, type EventReader } from "./event-reader.ts";
import { installBody, quickHook } from "./scripts.ts";

const names = [
  "loops before the first await",
  "loops at the top level",
  "loops in microtasks",
  "uses a regular expression that explodes",
  "keeps strings",
  "keeps array buffers",
  "logs a text of 512 MB",
  "throws a text of 256 MB",
  "makes ten million promises",
  "floods the log",
  "floods the console",
  "starts effects without end",
  "starts timers without end",
  "starts requests without end",
  "registers a million checkpoints",
  "fails with a million rows",
  "replaces JSON and Promise",
  "never settles",
];
const hostile = names.map((name) => hostileHooks.find((one) => one.name === name) as HostileHook);

/** Nobody waits longer for a sign of life, also on a busy machine. */
const patienceMs = 15_000;

/** Between two looks at its health. */
const pauseMs = 50;

/** What came of a service on which hostile hooks ran beside benign ones. */
export interface HostileLoad {
  /** Ids of the installs with a hostile hook; all have ended. */
  harmful: string[];
  /** How the benign installs ended. */
  benign: OperationTaskView["status"][];
  /** Health looks that were answered, and the longest of them in milliseconds. */
  answers: number;
  longestMs: number;
  /** Most that the service has grown by meanwhile, in bytes. */
  growthBytes: number;
}

/** Runs every hostile hook that matters here, and a benign one beside each second of them, all at once. */
export async function runHostileLoad(served: ServeProgram): Promise<HostileLoad> {
  const watch = watchHealth(served);
  const events = readEvents(await ask(served, "/v1/events?kind=operation"));
  await events.until(({ event }) => event === "hello");
  const harmful: string[] = [];
  const harmless: string[] = [];
  for (const [place, one] of hostile.entries()) {
    const port = 9000 + 2 * place;
    harmful.push(await install(served, { scriptContent: sourceOf(one), timeout: 4, port }));
    if (place % 2 === 0) {
      // Time enough on a busy machine: what is asked is that it is not held up for good.
      const { scriptContent } = quickHook;
      harmless.push(await install(served, { scriptContent, timeout: 120, port: port + 1 }));
    }
  }
  const benign = await Promise.all(harmless.map(async (id) => await untilEnded(events, id)));
  await Promise.all(harmful.map(async (id) => await untilEnded(events, id)));
  const seen = await watch.stop();
  return { harmful, benign: benign.map(({ status }) => status), ...seen };
}

export async function ask({ url, token }: ServeProgram, path: string, body?: object): Promise<Response> {
  return await fetch(`${url}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** Nobody is there for the answer, so that a hook that has failed is at its end. */
async function install(
  served: ServeProgram,
  { scriptContent, timeout, port }: { scriptContent: string; timeout: number; port: number },
): Promise<string> {
  const body = installBody([{ scriptContent, timeout }], {
    port,
    appName: `app-${port}`,
    interactive: false,
  });
  const answer = await ask(served, "/v1/installs", body);
  if (answer.status !== 202) throw new Error(`${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as OperationTaskView).id;
}

async function untilEnded(events: EventReader, id: string): Promise<OperationTaskView> {
  const isEnd = (data: string): boolean => {
    const view = JSON.parse(data) as OperationTaskView;
    return view.id === id && view.finishedAt !== null;
  };
  const { data } = await events.until(({ event, data: each }) => event === "task.updated" && isEnd(each));
  return JSON.parse(data) as OperationTaskView;
}

type Seen = Pick<HostileLoad, "answers" | "longestMs" | "growthBytes">;

/** Asks for its health all the time, and looks at its memory. */
function watchHealth(served: ServeProgram): { stop(): Promise<Seen> } {
  let isStopped = false;
  const atStart = served.rss();
  const seen: Seen = { answers: 0, longestMs: 0, growthBytes: 0 };
  const watch = async (): Promise<void> => {
    while (!isStopped) {
      const askedAt = performance.now();
      const health = await fetch(`${served.url}/healthz`, { signal: AbortSignal.timeout(patienceMs) });
      const { status } = (await health.json()) as { status: string };
      if (status !== "ok") throw new Error(`its health is ${status}`);
      seen.answers += 1;
      seen.longestMs = Math.max(seen.longestMs, performance.now() - askedAt);
      seen.growthBytes = Math.max(seen.growthBytes, served.rss() - atStart);
      await delay(pauseMs);
    }
  };
  const watching = watch();
  watching.catch(() => {});
  return {
    stop: async () => {
      isStopped = true;
      await watching;
      return seen;
    },
  };
}

function sourceOf({ top = "", body }: HostileHook): string {
  return `${top}\nexport async function run(ctx) {\n${body}\n}`;
}
