import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import type { OperationTaskView } from "../../src/task/task-view.ts";
import { hostileHooks, type HostileHook } from "../sandbox/hostile-hooks.ts";
import { startServe, type ServeProgram } from "../support/serve-program.ts";
import { testDatastores, type TestDatastore } from "../support/test-datastores.ts";
import { readEvents, type EventReader } from "./support/event-reader.ts";
import { installBody, quickHook } from "./support/scripts.ts";

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

/** What the service may take more than at its start, whatever hooks do. */
const memoryGrowthBytes = 200 * 1024 * 1024;
/** Nobody waits longer for a sign of life, also on a busy machine; a second is what is aimed at. */
const patienceMs = 15_000;

/** Between two looks at its health. */
const pauseMs = 50;

const kinds = testDatastores.filter(({ kind, available }) => available && kind !== "postgres");

describe.each(kinds)("hostile hooks beside benign ones, served on $kind", (subject) => {
  let store: TestDatastore | null = null;
  let served: ServeProgram | null = null;
  afterEach(async () => {
    await served?.stop();
    await store?.remove();
  });

  it("do no harm to the others, to the service or to its memory", { timeout: 400_000 }, async () => {
    store = await subject.create();
    served = await startServe(store.url, { env: { TACKLEBOX_KEY: randomBytes(32).toString("hex") } });
    const atStart = served.rss();
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
    expect(benign.map(({ status }) => status)).toEqual(harmless.map(() => "COMPLETED"));
    await Promise.all(harmful.map(async (id) => await untilEnded(events, id)));
    const { answers, highestRss } = await watch.stop();
    expect(answers).toBeGreaterThan(10);
    expect(highestRss - atStart).toBeLessThan(memoryGrowthBytes);
    for (const id of harmful) {
      const shown = await ask(served, `/v1/tasks/${id}?include=children,logs`);
      expect(shown.status).toBe(200);
      expect((await shown.text()).length).toBeLessThan(2 * 1024 * 1024);
    }
    expect(served.output()).not.toMatch(/INTERNAL|unhandled|Error:/);
  });
});

async function ask({ url, token }: ServeProgram, path: string, body?: object): Promise<Response> {
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
  expect(answer.status).toBe(202);
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

/** Asks for its health all the time, and looks at its memory. */
function watchHealth(served: ServeProgram): { stop(): Promise<{ answers: number; highestRss: number }> } {
  let isStopped = false;
  const seen = { answers: 0, highestRss: 0 };
  const watch = async (): Promise<void> => {
    while (!isStopped) {
      const health = await fetch(`${served.url}/healthz`, { signal: AbortSignal.timeout(patienceMs) });
      expect(await health.json()).toEqual({ status: "ok" });
      seen.answers += 1;
      seen.highestRss = Math.max(seen.highestRss, served.rss());
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
