import { describe, expect, test } from "vitest";
import { runBundle, runHook, valueOf } from "./harness.ts";

describe("ctx", () => {
  test("shows the hook's data", async () => {
    const value = await valueOf(
      "return [ctx.resourceType, ctx.resourceId, ctx.event, ctx.fromVersion, ctx.toVersion, ctx.host, ctx.port, ctx.baseUrl, ctx.inputs];",
      { context: { inputs: { name: "Movies" } } },
    );
    expect(value).toEqual([
      "app",
      "plex",
      "onAfterInstall",
      null,
      "1.2.3",
      "10.0.0.5",
      32_400,
      "http://10.0.0.5:32400",
      { name: "Movies" },
    ]);
  });

  test("sends each method as one effect, numbered from 1 without gaps", async () => {
    const run = await runHook(
      `await ctx.registerCheckpoints([{ id: "a b", message: "First" }]);
       await ctx.emitCheckpoint("a b", "Done", 50);
       await ctx.updateCheckpointMessage("c", "Working");
       await ctx.skipCheckpoint("c");
       await ctx.sleep(1500);
       ctx.log("line", { n: 1 });
       await ctx.waitForApp("/health", { expectedStatus: 200, maxAttempts: 3, headers: new Headers({ "X-A": "1" }) });`,
      {
        answer: (call) =>
          call.name === "waitForApp"
            ? { value: { url: "http://x/", status: 200, statusText: "OK", headers: [], redirected: false } }
            : { value: null },
      },
    );
    expect(run.finished()).toEqual({ type: "finished", ok: true });
    expect(run.calls().map((call) => [call.seq, call.name, call.args, call.reply])).toEqual([
      [1, "registerCheckpoints", { checkpoints: [{ id: "a b", message: "First" }] }, true],
      [2, "emitCheckpoint", { id: "a b", message: "Done", progress: 50 }, true],
      [3, "updateCheckpointMessage", { id: "c", message: "Working" }, true],
      [4, "skipCheckpoint", { id: "c" }, true],
      [5, "sleep", { ms: 1500 }, true],
      [6, "log", { level: "info", message: "line { n: 1 }" }, false],
      [
        7,
        "waitForApp",
        { path: "/health", options: { expectedStatus: 200, maxAttempts: 3, headers: { "x-a": "1" } } },
        true,
      ],
    ]);
  });

  test("waitForApp resolves to a usable response", async () => {
    const value = await valueOf(
      `const res = await ctx.waitForApp("/health");
       return [res instanceof Response, res.ok, res.status, res.headers.get("X-App"), await res.json()];`,
      {
        answer: () => ({
          value: {
            url: "http://x/health",
            status: 201,
            statusText: "Created",
            headers: [["x-app", "yes"]],
            redirected: false,
          },
          body: '{"up":true}',
        }),
      },
    );
    expect(value).toEqual([true, true, 201, "yes", { up: true }]);
  });

  test("methods work detached and may be replaced", async () => {
    const run = await runHook(
      `const { emitCheckpoint, log } = ctx;
       await emitCheckpoint("a");
       const original = ctx.log.bind(ctx);
       ctx.log = (text) => original("[my] " + text);
       ctx.log("hello");
       log("plain");`,
    );
    expect(run.logs()).toEqual(["[my] hello", "plain"]);
    expect(run.calls("emitCheckpoint")).toHaveLength(1);
  });

  test("a rejected call that nobody awaits neither fails the hook nor is reported", async () => {
    const run = await runHook(
      `ctx.skipCheckpoint("x"); fetch("http://10.0.0.5/");
       await ctx.sleep(5);
       ctx.log("still here");`,
      {
        answer: (call) =>
          call.name === "sleep"
            ? { value: null }
            : { error: { name: "Error", message: "no", code: "ARGUMENT_INVALID" } },
      },
    );
    expect(run.unhandled).toEqual([]);
    expect(run.logs()).toEqual(["still here"]);
    expect(run.finished()?.ok).toBe(true);
  });

  test("a rejection is a real Error that names the author's own line", async () => {
    const run = await runHook(
      `async function inner() {
         await ctx.sleep(1);
         await ctx.emitCheckpoint(); // line 4 of the bundle
       }
       try { await inner(); } catch (error) {
         ctx.log(JSON.stringify([error instanceof TypeError, error.name, error.message, error.code]));
         ctx.log(error.stack);
       }`,
      {
        answer: (call) =>
          call.name === "sleep"
            ? { value: null }
            : {
                error: {
                  name: "TypeError",
                  message: "ctx.emitCheckpoint: id is missing",
                  code: "ARGUMENT_INVALID",
                },
              },
      },
    );
    const [facts, stack] = run.logs();
    expect(JSON.parse(facts ?? "")).toEqual([
      true,
      "TypeError",
      "ctx.emitCheckpoint: id is missing",
      "ARGUMENT_INVALID",
    ]);
    expect(stack?.split("\n").slice(0, 3)).toEqual([
      "TypeError: ctx.emitCheckpoint: id is missing",
      "    at inner (hook.js:4:20)",
      expect.stringMatching(/at async .*hook\.js:6:/),
    ]);
  });

  test.each([
    ["a cycle", "const a = {}; a.a = a; return a;"],
    ["a BigInt", "return 1n;"],
    ["a throwing getter", "return { get id() { throw new Error('no'); } };"],
  ])("refuses arguments that cannot be JSON: %s", async (_what, make) => {
    const value = await valueOf(
      `try { await ctx.registerCheckpoints((() => { ${make} })()); } catch (error) { return [error.name, error.code]; }`,
    );
    expect(value).toEqual(["TypeError", "ARGUMENT_INVALID"]);
  });

  test("refuses arguments larger than a message, and takes no number for them", async () => {
    const run = await runHook(
      `try { await ctx.emitCheckpoint("x".repeat(300000)); } catch (error) { ctx.log(error.code); }
       await ctx.emitCheckpoint("ok");`,
    );
    expect(run.calls().map((call) => [call.seq, call.name])).toEqual([
      [1, "log"],
      [2, "emitCheckpoint"],
    ]);
    expect(run.logs()).toEqual(["LIMIT_REACHED"]);
  });

  test("refuses more than 1000 calls waiting at one time", async () => {
    const run = await runHook(
      `const calls = [];
       for (let i = 0; i < 1001; i += 1) calls.push(ctx.sleep(i).catch((error) => error.code + " " + error.message));
       ctx.log(await calls[1000]);`,
      { answer: () => undefined },
    );
    expect(run.calls("sleep")).toHaveLength(1000);
    expect(run.logs()[0]).toMatch(/^LIMIT_REACHED sleep: 1000 calls of this hook are already waiting/);
  });
});

describe("ctx.awaitCheckpointRetry", () => {
  const hook = (error: string): string =>
    `return await ctx.awaitCheckpointRetry("movies", ${error}, [{ label: "Status", value: 503 }, { label: "Gone", value: undefined }]);`;

  test.each([
    ["an Error", 'new TypeError("bad answer")', "bad answer"],
    ["a text", '"HTTP 500"', "HTTP 500"],
    ["nothing", "undefined", "undefined"],
    ["an object", "{ status: 500 }", "{ status: 500 }"],
    ["a Symbol", 'Symbol("s")', "Symbol(s)"],
  ])("makes text of %s", async (_what, error, text) => {
    const run = await runHook(hook(error), { answer: () => ({ value: "retry" }) });
    expect(run.calls("awaitCheckpointRetry")[0]?.args).toEqual({
      checkpointId: "movies",
      error: text,
      context: [
        { label: "Status", value: "503" },
        { label: "Gone", value: "undefined" },
      ],
    });
  });

  test("resolves to the user's choice", async () => {
    expect(await valueOf(hook('"x"'), { answer: () => ({ value: "skip" }) })).toBe("skip");
  });
});

describe("ctx.fail", () => {
  test("throws at once, and the hook fails with its rows", async () => {
    const run = await runHook(
      `ctx.fail("Login refused", [{ label: "Status", value: 401 }, { label: "Body", value: { a: [1] } }]);`,
    );
    expect(run.finished()).toEqual({
      type: "finished",
      ok: false,
      error: {
        name: "HookFailError",
        message: "Login refused",
        stack: expect.stringMatching(/^HookFailError: Login refused\n {4}at hook \(hook\.js:2:5\)/),
        code: "HOOK_FAIL",
        context: [
          { label: "Status", value: "401" },
          { label: "Body", value: "{ a: [ 1 ] }" },
        ],
      },
    });
  });

  test("can be caught, and caught is no failure", async () => {
    expect(
      await valueOf(`try { ctx.fail("x") } catch (e) { return [e instanceof Error, e.code, e.message] }`),
    ).toEqual([true, "HOOK_FAIL", "x"]);
  });

  test("keeps at most 50 rows and cuts long values", async () => {
    const run = await runHook(
      `ctx.fail("x", Array.from({ length: 80 }, (_, i) => ({ label: "l".repeat(5000), value: i })));`,
    );
    const end = run.finished();
    const rows = end?.ok === false ? end.error.context : [];
    expect(rows).toHaveLength(50);
    expect(rows[0]?.label).toHaveLength(1024);
  });
});

describe("ctx.getInput", () => {
  const inputs = { login: { token: "abc" }, name: "Movies", ["__proto__x"]: 1 };

  test("returns a copy at once", async () => {
    const value = await valueOf(
      `const first = ctx.getInput("login"); first.token = "changed"; ctx.inputs.name = "other"; delete ctx.inputs.login;
       return [ctx.getInput("login"), ctx.getInput("name")];`,
      { context: { inputs } },
    );
    expect(value).toEqual([{ token: "abc" }, "Movies"]);
  });

  test.each(["nope", "toString", "__proto__", "constructor"])("throws INPUT_MISSING for %s", async (id) => {
    const value = await valueOf(
      `try { ctx.getInput(${JSON.stringify(id)}) } catch (e) { return [e instanceof Error, e.code, e.message, e.stack.includes("hook.js:3:")]; }`,
      { context: { inputs } },
    );
    expect(value).toEqual([true, "INPUT_MISSING", expect.stringContaining(`getInput("${id}")`), true]);
  });

  test("checks the answer against a schema", async () => {
    const value = await valueOf(
      `const ok = ctx.getInput("name", { type: "string" });
       try { ctx.getInput("name", { type: "number" }) } catch (e) { return [ok, e.code, e.message]; }`,
      { context: { inputs } },
    );
    expect(value).toEqual([
      "Movies",
      "INPUT_SCHEMA",
      'getInput("name"): input must be number; correct the schema or the answer.',
    ]);
  });
});

describe("the entrypoint", () => {
  const end = async (code: string): Promise<unknown> => (await runBundle(code)).finished();
  const failure = (message: unknown, code: string | null = null): unknown =>
    expect.objectContaining({ ok: false, error: expect.objectContaining({ message, code }) });

  test("may be a plain function", async () => {
    expect(await end("({ hook() {} })")).toEqual({ type: "finished", ok: true });
  });

  test.each([
    ["is missing", "({ other() {} })", "no export of that name was found"],
    ["is not a function", "({ hook: 5 })", "it is number"],
    ["is only inherited", "Object.create({ hook() {} })", "no export of that name was found"],
    ["has no exports around it", "undefined", "no export of that name was found"],
  ])("fails with HOOK_ENTRYPOINT when it %s", async (_what, code, text) => {
    expect(await end(code)).toEqual(failure(expect.stringContaining(text), "HOOK_ENTRYPOINT"));
  });

  test("is found behind a getter, and exports named then are not called", async () => {
    const run = await runBundle(
      `({ get hook() { return async (ctx) => ctx.log("ran"); }, then() { throw new Error("awaited") } })`,
    );
    expect(run.logs()).toEqual(["ran"]);
    expect(run.finished()?.ok).toBe(true);
  });

  test("an exception of the top level fails the hook with its line", async () => {
    expect(await end(`(() => {\n  throw new RangeError("top");\n})()`)).toEqual({
      type: "finished",
      ok: false,
      error: {
        name: "RangeError",
        message: "top",
        stack: "RangeError: top\n    at eval (hook.js:2:9)\n    at eval (hook.js:3:3)",
        code: null,
        context: [],
      },
    });
  });

  test("finishes once, and nothing leaves afterwards", async () => {
    const run = await runBundle(
      `({ async hook(ctx) { setTimeout(() => { ctx.log("late"); throw new Error("late"); }, 5); ctx.emitCheckpoint("sent"); } })`,
    );
    expect(run.messages.map((message) => (message.type === "call" ? message.name : message.type))).toEqual([
      "timer",
      "emitCheckpoint",
      "finished",
    ]);
  });

  test("a bundle that throws from a timer callback fails the hook", async () => {
    const run = await runHook(
      `await new Promise(() => setTimeout(() => { throw new Error("in timer") }, 1));`,
    );
    expect(run.finished()).toEqual(failure("in timer"));
  });
});
