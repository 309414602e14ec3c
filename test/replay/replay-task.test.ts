import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { replayTask, type ReplayReport, type ReplayRequest } from "../../src/install/replay-task.ts";
import type { JournalEntry } from "../../src/journal/entry.ts";
import type { AppBehaviour } from "../../src/nas/simulated/app-behaviour.ts";
import { resolveSandboxLimits } from "../../src/runtime/sandbox-limits.ts";
import { createSandboxPool, type SandboxPool } from "../../src/runtime/sandbox-pool.ts";
import { installRequest, openBox, type Box } from "../support/box.ts";

type Recorded = Pick<ReplayRequest, "record" | "entries" | "bundleOf">;
type Effect = Extract<ReplayReport["steps"][number], { kind: "effect" }>;

/** An app that gives out tokens to those who POST. */
const answer: AppBehaviour = ({ method }) =>
  method === "POST" ? { status: 201, body: '{"accessToken":"made-by-app"}' } : { status: 200, body: "hi" };

const hook = (body: string): string => `export async function run(ctx) {\n${body}\n}`;
const effectsOf = ({ steps }: ReplayReport): Effect[] => steps.filter((step) => step.kind === "effect");
const namesOf = (report: ReplayReport): string[] => effectsOf(report).map(({ name }) => name);

describe("a task that is replayed", () => {
  let pool: SandboxPool;
  beforeAll(() => {
    pool = createSandboxPool({ limits: resolveSandboxLimits() });
  });
  afterAll(() => pool.close());

  const replay = (recorded: Recorded, options: Partial<ReplayRequest> = {}): Promise<ReplayReport> =>
    replayTask({ ...recorded, pool, signal: new AbortController().signal, ...options });

  /** Lets a hook do its work once, and hands over what was kept of it and the box it ran in. */
  async function record<T>(
    declaration: { scriptContent: string } & Record<string, unknown>,
    use: (recorded: Recorded, box: Box) => Promise<T>,
    inputs: Record<string, string> = {},
  ): Promise<T> {
    const box = await openBox({
      nas: {
        behaviours: { testapp: answer },
      },
    });
    try {
      const request = installRequest([declaration as never], { interactive: false, inputs });
      const prepared = await box.tacklebox.prepare(request);
      await box.tacklebox.runToEnd(prepared, new AbortController().signal);
      const [bundle] = prepared.bundles;
      const [task] = prepared.record.steps.flatMap((step) => (step.kind === "hook" ? (step.task ?? []) : []));
      if (bundle === undefined || task === undefined) throw new Error("the operation has no hook");
      const entries = await box.tacklebox.getJournal(task.id);
      return await use({ record: task, entries, bundleOf: async () => bundle }, box);
    } finally {
      await box.close();
    }
  }

  const twoRequests = hook(`  ctx.log("begin");
  const first = await fetch(ctx.baseUrl + "/first?key=k1", { headers: { Authorization: "Bearer t1" } });
  const second = await fetch(ctx.baseUrl + "/second", { method: "POST", body: await first.text() });
  await ctx.emitCheckpoint("done", "status " + second.status);`);

  it("shows each effect with its recorded result and the author's line, and asks the app for nothing", async () => {
    await record({ scriptContent: twoRequests }, async (recorded, box) => {
      const asked = box.nas.requests("testapp").length;
      const before = JSON.stringify(recorded.entries);
      const report = await replay(recorded);
      expect(
        effectsOf(report).map(({ name, source, result }) => [
          name,
          source?.inline?.line,
          result.ok && result.body,
        ]),
      ).toEqual([
        ["log", 2, null],
        ["fetch", 3, "hi"],
        ["fetch", 4, '{"accessToken":"***"}'],
        ["emitCheckpoint", 5, null],
      ]);
      expect(report).toMatchObject({ end: "completed", error: null, standing: [], attempt: 1, attempts: 1 });
      expect(box.nas.requests("testapp")).toHaveLength(asked);
      expect(JSON.stringify(recorded.entries)).toBe(before);
    });
  });

  it("stops at the entry that was asked for, and says where the hook stands", async () => {
    await record({ scriptContent: twoRequests }, async (recorded) => {
      const first = recorded.entries.findIndex(
        (entry) => entry.type === "effect-completed" && entry.seq === 2,
      );
      const report = await replay(recorded, { to: first + 1 });
      expect(namesOf(report)).toEqual(["log", "fetch"]);
      expect(report).toMatchObject({ end: "stands", recorded: null, entries: { last: first + 1 } });
      expect(report.standing).toMatchObject([
        { name: "fetch", args: { method: "POST" }, startedAt: null, source: { inline: { line: 4 } } },
      ]);
      // One entry on it has begun.
      const begun = recorded.entries.findIndex((entry) => entry.type === "effect-started" && entry.seq === 3);
      const [standing] = (await replay(recorded, { to: begun + 1 })).standing;
      expect(standing?.startedAt).toMatch(/^\d{4}-/);
    });
  });

  it("stands where a crash has cut its journal off", async () => {
    await record({ scriptContent: twoRequests }, async (recorded) => {
      for (let length = 1; length < recorded.entries.length; length += 1) {
        const entries = recorded.entries.slice(0, length);
        const begins = entries.findIndex((entry) => entry.type === "attempt-started");
        if (begins < 0) continue;
        const report = await replay({ ...recorded, entries });
        const done = entries.filter((entry) => entry.type === "effect-completed").length;
        expect(effectsOf(report), `after ${length} entries`).toHaveLength(done);
        expect(report.end).toBe(done === 4 ? "completed" : "stands");
      }
    });
  });

  it("does not go past a checkpoint that is not recorded, though a live hook does not wait for one", async () => {
    const three = hook(["a", "b", "c"].map((id) => `  await ctx.emitCheckpoint("${id}");`).join("\n"));
    await record({ scriptContent: three }, async (recorded) => {
      const first = recorded.entries.findIndex((entry) => entry.type === "effect-completed");
      const report = await replay(recorded, { to: first + 1 });
      expect(effectsOf(report).map(({ seq }) => seq)).toEqual([1]);
      expect(report).toMatchObject({ end: "stands", standing: [{ seq: 2, args: { id: "b" } }] });
    });
  });

  it("shows all that is awaited at once, and results in the order they came", async () => {
    const both = hook(`  const slow = ctx.sleep(1000);
  await Promise.all([slow, ctx.sleep(1).then(() => ctx.emitCheckpoint("quick"))]);`);
    await record({ scriptContent: both }, async (recorded) => {
      const report = await replay(recorded);
      expect(effectsOf(report).map(({ seq, source }) => [seq, source?.inline?.line])).toEqual([
        [2, 3],
        [3, 3],
        [1, 2],
      ]);
      const started = recorded.entries.findLastIndex((entry) => entry.type === "effect-started");
      const { standing } = await replay(recorded, { to: started + 1 });
      expect(standing.map(({ seq, args }) => [seq, args])).toEqual([
        [1, { ms: 1000 }],
        [2, { ms: 1 }],
      ]);
    });
  });

  it("fails as it failed, at the same line", async () => {
    const failing = hook(
      `  await fetch(ctx.baseUrl + "/");\n  ctx.fail("no room", [{ label: "free", value: "0" }]);`,
    );
    await record({ scriptContent: failing }, async (recorded) => {
      const report = await replay(recorded);
      expect(report).toMatchObject({
        end: "failed",
        error: { code: "HOOK_FAIL", title: "no room", source: { inline: { line: 3 } } },
        recorded: { kind: "failed", error: { code: "HOOK_FAIL" } },
      });
    });
  });

  it("shows the attempt that was chosen, each with its own random numbers", async () => {
    const random = hook(`  ctx.log(Math.random());\n  throw new Error("again");`);
    await record({ scriptContent: random, retries: 1 }, async (recorded) => {
      const said = async (attempt?: number): Promise<unknown> => {
        const report = await replay(recorded, attempt === undefined ? {} : { attempt });
        const [log] = effectsOf(report);
        return [report.attempt, log?.args];
      };
      const lines = recorded.entries.flatMap((entry) =>
        entry.type === "effect-completed" && entry.event?.type === "log" ? [entry.event.message] : [],
      );
      expect(lines[0]).not.toBe(lines[1]);
      expect(await said(1)).toEqual([1, { level: "info", message: lines[0] }]);
      expect(await said()).toEqual([2, { level: "info", message: lines[1] }]);
      await expect(replay(recorded, { attempt: 3 })).rejects.toThrow(
        /has 2 attempts, attempt 3 was expected; choose one from 1 to 2/,
      );
      await expect(replay(recorded, { attempt: 2, to: 1 })).rejects.toThrow(/has the entries \d+ to \d+/);
    });
  });

  it("is told apart when the hook does something else now, with the line of the call", async () => {
    await record({ scriptContent: twoRequests }, async (recorded) => {
      const entries = recorded.entries.map((entry): JournalEntry =>
        "argsHash" in entry && entry.seq === 3 ? { ...entry, argsHash: "other" } : entry,
      );
      const report = await replay({ ...recorded, entries });
      expect(namesOf(report)).toEqual(["log", "fetch"]);
      expect(report).toMatchObject({
        end: "failed",
        error: { code: "REPLAY_MISMATCH", source: { inline: { line: 4 } } },
      });
    });
  });

  it("is told apart when the hook now waits, or completes, where it ended otherwise", async () => {
    await record({ scriptContent: twoRequests }, async (recorded) => {
      const last = recorded.entries.findLastIndex((entry) => entry.type === "effect-completed");
      const report = await replay({ ...recorded, entries: recorded.entries.toSpliced(last, 1) });
      expect(report.error).toMatchObject({ code: "REPLAY_MISMATCH", source: { inline: { line: 5 } } });
      expect(report.error?.detail).toContain("waits for something now and completed when it was recorded");
    });
  });

  it("is refused when another version has written its journal", async () => {
    await record({ scriptContent: twoRequests }, async (recorded) => {
      const entries = recorded.entries.map((entry) =>
        entry.type === "attempt-started" ? { ...entry, format: 9 as 1 } : entry,
      );
      await expect(replay({ ...recorded, entries })).rejects.toMatchObject({ code: "JOURNAL_FORMAT" });
    });
  });

  it("keeps secrets of inputs, headers, addresses and answers to itself", async () => {
    const body = hook(`  const key = await ctx.getInput("key");
  const answer = await fetch(ctx.baseUrl + "/?token=" + key, { headers: { "X-Api-Key": ["from", "file"].join("-"), Cookie: ["a", "b"].join("=") } });
  ctx.log("used " + key, "of " + (await answer.text()));`);
    const input = {
      type: "question",
      id: "key",
      question: { question: "Key", type: "password", key: "key", required: true },
    };
    await record(
      { scriptContent: body, inputs: [input] },
      async (recorded) => {
        const shown = JSON.stringify(await replay(recorded));
        expect(JSON.stringify(recorded.entries)).toContain("correct-horse");
        expect(shown).not.toMatch(/correct-horse|from-file|a=b/);
        expect(shown).toContain("•••");
      },
      { key: "correct-horse" },
    );
  });

  it("runs no code of a hook that put itself in charge of stacks, and still repeats its steps", async () => {
    const tricky = hook(`  Error.prepareStackTrace = () => { ctx.log("called"); return "mine"; };
  Error.stackTraceLimit = 0;
  await ctx.emitCheckpoint("a");
  ctx.log(String(Error.stackTraceLimit), typeof Error.prepareStackTrace, new Error("x").stack);`);
    await record({ scriptContent: tricky }, async (recorded) => {
      const report = await replay(recorded);
      expect(report).toMatchObject({ end: "completed", error: null });
      // Line 2 is its own doing: it looks at a stack in line 5.
      expect(effectsOf(report).map(({ source }) => source?.inline?.line)).toEqual([4, 2, 5]);
    });
  });
});
