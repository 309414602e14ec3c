import { describe, expect, it } from "vitest";
import { runHook, type GuestCall } from "./harness.ts";

const body = `ctx.log("a");
await ctx.emitCheckpoint("b");
setTimeout(() => {}, 5);
void fetch(ctx.baseUrl + "/").catch(() => {});
await Promise.resolve().then(function later() { return ctx.sleep(1); });`;

/** The hook's own line of a call: the harness puts one before the body. */
function lineOf({ at = "" }: GuestCall): number {
  return Number(/hook\.js:(\d+):/.exec(at)?.[1]) - 1;
}

describe("the place of a call", () => {
  it("is not told by a live hook: nothing is added to its messages", async () => {
    const run = await runHook(body);
    expect(run.calls()).toHaveLength(5);
    for (const call of run.calls()) expect(Object.keys(call)).not.toContain("at");
  });

  it("is told for every kind of call when it is asked for, and the calls are the same", async () => {
    const traced = await runHook(body, { trace: true });
    const plain = await runHook(body);
    expect(traced.calls().map((call) => [call.name, lineOf(call)])).toEqual([
      ["log", 1],
      ["emitCheckpoint", 2],
      ["timer", 3],
      ["fetch", 4],
      ["sleep", 5],
    ]);
    expect(traced.calls().map(({ at: _at, ...call }) => call)).toEqual(plain.calls());
  });

  it("is empty when a hook has fixed what makes stacks, and runs none of its code", async () => {
    const run = await runHook(
      `Object.defineProperty(Error, "prepareStackTrace", { value: () => { ctx.log("called"); }, configurable: false });
       ctx.log("mine");`,
      { trace: true },
    );
    expect(run.logs()).toEqual(["mine"]);
    expect(run.calls().map(({ at }) => at)).toEqual([""]);
  });

  it("leaves what a hook has set as it was", async () => {
    const run = await runHook(
      `const mine = () => "mine";
       Error.prepareStackTrace = mine;
       Error.stackTraceLimit = 3;
       ctx.log("x");
       ctx.log(Error.prepareStackTrace === mine, Error.stackTraceLimit, new Error("y").stack);`,
      { trace: true },
    );
    expect(run.logs().at(-1)).toBe("true 3 mine");
  });

  it("is bounded, however deep and long the names", async () => {
    const run = await runHook(
      `const name = "n".repeat(5000);
       const deep = (left) => (left === 0 ? ctx.log("deep") : ({ [name]: () => deep(left - 1) })[name]());
       deep(30);`,
      { trace: true },
    );
    expect(run.calls()[0]?.at?.length).toBeLessThanOrEqual(4000);
  });
});
