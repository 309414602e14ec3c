import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import type { JournalEntry } from "../../src/journal/entry.ts";
import type { AppBehaviour } from "../../src/nas/simulated/app-behaviour.ts";
import type { TaskView } from "../../src/task/task-view.ts";
import { installRequest } from "../support/box.ts";
import { createRandom } from "../support/random.ts";
import { startPostgres, startRedis, type TestServer } from "../support/servers.ts";
import { hasPostgres, hasRedis } from "../support/test-datastores.ts";
import { CrashLab } from "./crash-lab.ts";
import type { CrashWorker } from "./crash-worker.ts";
import { labelOf } from "./journal-names.ts";
import { lossesIn } from "./started-hook.ts";

const servers = [
  { kind: "redis", available: hasRedis, start: () => startRedis() },
  { kind: "postgres", available: hasPostgres, start: () => startPostgres() },
];

/** How an outage begins, and how long it lasts at most, in milliseconds. */
const outages = [
  { how: "killed", stop: (server: TestServer) => server.kill9() },
  { how: "stopped", stop: (server: TestServer) => server.quit() },
];
const longestMs = 400;
/** The server is stopped after so many changes of a task have been seen since it came back. */
const changesBetween = 30;

/** How a datastore takes nothing for a while, how that ends, and what a write says that has waited for too long. */
const longTroubles = [
  {
    how: "away",
    kinds: ["redis", "postgres"],
    begin: (server: TestServer) => server.kill9(),
    end: (server: TestServer) => server.restart(),
    told: /^journal of asking: .*expected a server that answers/,
  },
  {
    how: "out of memory",
    kinds: ["redis"],
    begin: (server: TestServer) => limitMemory(server, "1"),
    end: (server: TestServer) => limitMemory(server, "0"),
    told: /^journal of asking: .*OOM .*, expected room for what is to be kept; raise its maxmemory/,
  },
];

async function limitMemory({ url }: TestServer, bytes: string): Promise<void> {
  const client = new Redis(url);
  await client.config("SET", "maxmemory", bytes);
  client.disconnect();
}

const rounds = [1, 2, 3, 4, 5];
const apps = ["one", "two", "three", "four"];

const posting = `export async function run(ctx) {
  await ctx.registerCheckpoints([${rounds.map((round) => `{ id: "c${round}", message: "Round ${round}" }`).join(", ")}]);
  for (const round of [${rounds.join(", ")}]) {
    await fetch(ctx.baseUrl + "/post/" + round, { method: "POST" });
    ctx.log("posted", round);
    await ctx.sleep(30);
    await ctx.emitCheckpoint("c" + round);
  }
}`;

const asking = `export async function run(ctx) {
  ctx.log("before");
  await fetch(ctx.baseUrl + "/ask");
  ctx.log("after");
}`;

const sending = `export async function run(ctx) {
  const answer = await fetch(ctx.baseUrl + "/ask", { method: "POST" });
  ctx.log("answered", answer.status);
}`;

/** An app that answers `/ask` late, so that the datastore is gone by then. */
function createLateApp(delayMs: number): { app: AppBehaviour; asked: Promise<void> } {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const app: AppBehaviour = ({ path }) => {
    if (path !== "/ask") return { status: 200 };
    resolve();
    return { status: 200, delayMs };
  };
  return { app, asked };
}

const yes: AppBehaviour = () => ({ status: 200 });

for (const { kind, available, start } of servers) {
  describe.skipIf(!available)(`a ${kind} that goes away again and again while installs are under way`, () => {
    it.each(outages)("is waited for when it is $how: all is done, once", async ({ stop }) => {
      const server = await start();
      const place = {
        kind,
        available,
        create: async () => ({ url: server.url, remove: () => server.stop() }),
      };
      const lab = await CrashLab.open(place, {
        tacklebox: { soleWorker: false, leaseMs: 2000, restAfterMs: 3_600_000 },
        behaviours: { testapp: yes },
      });
      const workers = [lab.startWorker(), lab.startWorker()];
      try {
        await Promise.all(workers.map((worker) => worker.started));
        const ids = await Promise.all(apps.map((appName, index) => submit(lab, appName, 8080 + index)));
        const count = await untilAllEnded(lab, ids, () => playOutage(server, stop));
        expect(count).toBeGreaterThanOrEqual(3);
        expect(workers.map(({ isAlive }) => isAlive)).toEqual([true, true]);
        for (const [index, id] of ids.entries()) await expectDoneOnce(lab, id, apps[index] ?? "");
        expect(lab.server.accepted.map(({ appName }) => appName).toSorted()).toEqual(apps.toSorted());
        await expectAllKept(lab, workers);
      } finally {
        await Promise.all(workers.map((worker) => worker.kill9()));
        await lab.close();
      }
    });

    it("is gone on with, at the same line and by the same worker, when it was away for longer than a lease", async () => {
      const server = await start();
      const place = {
        kind,
        available,
        create: async () => ({ url: server.url, remove: () => server.stop() }),
      };
      const leaseMs = 1000;
      // Answered when the server is back.
      const { app, asked } = createLateApp(5000);
      const lab = await CrashLab.open(place, {
        tacklebox: { soleWorker: false, leaseMs },
        behaviours: { testapp: app },
      });
      const workers = [lab.startWorker(), lab.startWorker()];
      try {
        await Promise.all(workers.map((worker) => worker.started));
        const hook = { id: "sending", timeout: 600, scriptContent: sending };
        const id = await lab.call("submit", installRequest([hook]));
        await asked;
        await server.kill9();
        await delay(leaseMs * 2);
        const done = lab.until((view) => hasFailed(view) || (view.id === id && view.status === "COMPLETED"));
        await server.restart();
        expect(await done).toMatchObject({ error: null });
        const [view] = await lab.call("getHookTasks", id);
        expect(view).toMatchObject({ status: "COMPLETED", attempt: 1, error: null });
        const journal = await lab.call("getJournal", view?.id ?? "");
        expect(journal.flatMap(infoOf)).toEqual(["answered 200"]);
        expect(lossesIn(journal)).toEqual([]);
        expect(lab.nas.requests("testapp").filter(({ method }) => method === "POST")).toHaveLength(1);
      } finally {
        await Promise.all(workers.map((worker) => worker.kill9()));
        await lab.close();
      }
    });

    it.each(longTroubles.filter((trouble) => trouble.kinds.includes(kind)))(
      "is gone on with when it was $how for longer than reads and writes wait, with no attempt used up",
      async ({ begin, end, told }) => {
        const server = await start();
        const place = {
          kind,
          available,
          create: async () => ({ url: server.url, remove: () => server.stop() }),
        };
        const { app, asked } = createLateApp(1000);
        const lab = await CrashLab.open(place, {
          outageMs: 300,
          tacklebox: { soleWorker: false, leaseMs: 1000 },
          behaviours: { testapp: app },
        });
        try {
          const worker = await lab.ensureWorker();
          const id = await lab.call(
            "submit",
            installRequest([{ id: "asking", timeout: 600, scriptContent: asking }]),
          );
          await asked;
          const givenUp = lab.untilTrouble(told);
          await begin(server);
          await givenUp;
          const done = lab.until((view) => view.id === id && view.status === "COMPLETED");
          await end(server);
          await done;
          expect(worker.isAlive).toBe(true);
          const [hook] = await lab.call("getHookTasks", id);
          expect(hook).toMatchObject({ status: "COMPLETED", attempt: 1, error: null });
          const journal = await lab.call("getJournal", hook?.id ?? "");
          expect(journal.filter(({ type }) => type === "attempt-started")).toHaveLength(1);
          expect(journal.flatMap(infoOf)).toEqual(["before", "after"]);
          expect(lab.server.accepted).toHaveLength(1);
        } finally {
          await lab.close();
        }
      },
    );
  });
}

/** It waits for a person, or is over: what must not come of an outage. */
function hasFailed({ status }: TaskView): boolean {
  return status === "AWAITING_RETRY" || status === "FAILED";
}

async function submit(lab: CrashLab, appName: string, port: number): Promise<string> {
  const hook = { id: "posting", timeout: 600, scriptContent: posting };
  return await lab.call("submit", installRequest([hook], { appName, port }));
}

const random = createRandom(1);

async function playOutage(server: TestServer, stop: (server: TestServer) => Promise<void>): Promise<void> {
  await stop(server);
  await delay(random.below(longestMs));
  await server.restart();
}

/** Has the server go away each time so much has happened; gives how often. */
async function untilAllEnded(lab: CrashLab, ids: string[], outage: () => Promise<void>): Promise<number> {
  const open = new Set(ids);
  const done = Promise.withResolvers<void>();
  let changes = 0;
  let count = 0;
  let last = Promise.resolve();
  let isAway = false;
  lab.onView = (view) => {
    changes += 1;
    if (view.status === "COMPLETED") open.delete(view.id);
    if (hasFailed(view)) done.reject(new Error(`${view.title}: ${view.error?.detail}`));
    if (open.size === 0) done.resolve();
    if (isAway || changes < changesBetween) return;
    isAway = true;
    count += 1;
    last = outage().then(
      () => {
        isAway = false;
        changes = 0;
        return undefined;
      },
      (error: unknown) => done.reject(error),
    );
  };
  await done.promise;
  await last;
  return count;
}

async function expectDoneOnce(lab: CrashLab, id: string, appName: string): Promise<void> {
  expect(await lab.call("getTask", id)).toMatchObject({ status: "COMPLETED", outcome: "completed" });
  const [hook] = await lab.call("getHookTasks", id);
  expect(hook).toMatchObject({ status: "COMPLETED", attempt: 1, error: null });
  const journal = await lab.call("getJournal", hook?.id ?? "");
  expect(journal.filter(({ type }) => type === "attempt-started")).toHaveLength(1);
  expect(journal.flatMap(infoOf)).toEqual(rounds.map((round) => `posted ${round}`));
  const posts = lab.nas.requests(appName).filter(({ method }) => method === "POST");
  expect(posts.map(({ path }) => path)).toEqual(rounds.map((round) => `/post/${round}`));
}

function infoOf(entry: JournalEntry): string[] {
  const isInfo = "event" in entry && entry.event?.type === "log" && entry.event.level === "info";
  return isInfo && entry.event?.type === "log" ? [entry.event.message] : [];
}

/** Each write the datastore has acknowledged to a worker is what the journal holds at its place. */
async function expectAllKept(lab: CrashLab, workers: CrashWorker[]): Promise<void> {
  const writes = (await Promise.all(workers.map((worker) => worker.setDeath(null)))).flat();
  expect(writes.length).toBeGreaterThan(0);
  const journals = new Map<string, JournalEntry[]>();
  for (const { taskId, entry, labels } of writes) {
    const journal = journals.get(taskId) ?? (await lab.call("getJournal", taskId));
    journals.set(taskId, journal);
    const kept = journal.slice(entry, entry + labels.length);
    expect(kept.map((one) => typeOf(labelOf(one)))).toEqual(labels.map(typeOf));
  }
}

/** Without what only the record of an operation tells. */
const typeOf = (label: string): string =>
  label
    .split(" ")
    .slice(0, label.startsWith("effect-") ? 2 : 1)
    .join(" ");
