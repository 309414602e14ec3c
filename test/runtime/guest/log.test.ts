import { describe, expect, test } from "vitest";
import { runHook } from "./harness.ts";

const logged = async (expression: string): Promise<string[]> => {
  const run = await runHook(`${expression};`);
  expect(run.finished()).toEqual({ type: "finished", ok: true });
  return run.logs();
};

describe("ctx.log makes text of any value", () => {
  test.each([
    ['"plain", 1, true, null, undefined', "plain 1 true null undefined"],
    ["{ a: 1, 'b-c': 'x', d: [1, 'y', [2]] }", "{ a: 1, 'b-c': 'x', d: [ 1, 'y', [ 2 ] ] }"],
    ["-0, 1n, Symbol('s'), NaN", "-0 1n Symbol(s) NaN"],
    ["[], {}, [, 1]", "[] {} [ <empty>, 1 ]"],
    ["new Map([['k', { v: 1 }]]), new Set([1, 'a'])", "Map(1) { 'k' => { v: 1 } } Set(2) { 1, 'a' }"],
    ["new Date(0), /x/g, new Date(NaN)", "1970-01-01T00:00:00.000Z /x/g Invalid Date"],
    ["function named() {}, () => {}, class K {}", "[Function: named] [Function (anonymous)] [class: K]"],
    ["new (class Plex { id = 1 })()", "Plex { id: 1 }"],
    ["Object.create(null)", "[Object: null prototype] {}"],
    ["new Uint8Array([1, 2])", "Uint8Array(2 bytes) [ 1, 2 ]"],
    ["new ArrayBuffer(3), Promise.resolve()", "ArrayBuffer(3 bytes) Promise"],
    [
      "{ get a() { throw new Error('ran') }, set b(v) {}, get c() { return 1 }, set c(v) {} }",
      "{ a: [Getter], b: [Setter], c: [Getter/Setter] }",
    ],
    ["{ a: { b: { c: { d: { e: 1 } } } } }", "{ a: { b: { c: { d: [Object] } } } }"],
    ["(() => { const a = { n: 1 }; a.self = a; return a; })()", "{ n: 1, self: [Circular] }"],
    ["new URL('http://a/')", "URL {}"],
    ["(await fetch('http://h/').catch(() => null))", "null"],
    ["", ""],
    ["'100%', 5", "100% 5"],
    [
      "'%s is %d %i %f %j %o %%', 'x', '42', 4.9, '1.5', { a: 1 }, [1], 'rest'",
      'x is 42 4 1.5 {"a":1} [ 1 ] % rest',
    ],
    ["'%s'", "%s"],
    ['"it\'s"', "it's"],
    ['["it\'s"]', '[ "it\'s" ]'],
  ])("%s", async (values, text) => {
    expect(await logged(`ctx.log(${values})`)).toEqual([text]);
  });

  test("an Error with its stack and cause", async () => {
    const [text] = await logged(`ctx.log(new TypeError("outer", { cause: new Error("inner") }))`);
    expect(text).toMatch(
      /^TypeError: outer\n {4}at hook \(hook\.js:2:9\)[^]*\{ \[cause\]: \[Error: inner\] \}$/,
    );
  });

  test.each([
    ["a revoked proxy", "(() => { const p = Proxy.revocable({}, {}); p.revoke(); return p.proxy; })()"],
    [
      "a proxy whose traps throw",
      "new Proxy({}, { ownKeys() { throw 1 }, getPrototypeOf() { throw 2 }, get() { throw 3 } })",
    ],
    ["a throwing toString", "{ toString() { throw 1 }, [Symbol.toPrimitive]() { throw 2 } }"],
    ["a throwing tag", "{ get [Symbol.toStringTag]() { throw 1 } }"],
  ])("survives %s", async (_what, value) => {
    expect(await logged(`ctx.log(${value}); ctx.log("after")`)).toEqual([expect.any(String), "after"]);
  });

  test("stays bounded for large and wide values", async () => {
    const lines = await logged(
      `ctx.log("x".repeat(200000)); ctx.log("\\u0000".repeat(200000)); ctx.log(Array.from({ length: 100000 }, (_, i) => i));
       ctx.log(Object.fromEntries(Array.from({ length: 5000 }, (_, i) => ["k" + i, "v".repeat(100000)])));
       const deep = (n) => n === 0 ? 1 : [deep(n - 1), deep(n - 1), deep(n - 1), deep(n - 1), deep(n - 1), deep(n - 1)]; ctx.log(deep(7))`,
    );
    for (const line of lines) expect(line.length).toBeLessThan(70_000);
    expect(lines[0]).toMatch(/xxx \.\.\. \(134464 more characters cut\)$/);
    expect(lines[2]).toMatch(/, 99, \.\.\. 99900 more \]$/);
  });
});

describe("console", () => {
  test("writes lines with levels", async () => {
    const run = await runHook(
      `console.log("a"); console.info("b"); console.warn("c"); console.error("d", 1); console.debug("e"); console.trace("f");`,
    );
    expect(run.calls("log").map((call) => call.args)).toEqual([
      { level: "info", message: "a" },
      { level: "info", message: "b" },
      { level: "warn", message: "c" },
      { level: "error", message: "d 1" },
      { level: "debug", message: "e" },
      { level: "debug", message: "Trace: f" },
    ]);
  });

  test("has the rest of its methods", async () => {
    expect(
      await logged(
        `console.group("g"); console.log("in"); console.groupEnd(); console.assert(true, "no"); console.assert(false, "yes");
         console.count(); console.count(); console.countReset(); console.count(); console.time("t"); await ctx.sleep(250); console.timeEnd("t");
         console.table([{ a: 1 }]); console.dir({ a: 1 }, {});`,
      ),
    ).toEqual([
      "g",
      "  in",
      "Assertion failed yes",
      "default: 1",
      "default: 2",
      "default: 1",
      "t: 250ms",
      "[ { a: 1 } ]",
      "{ a: 1 }",
    ]);
  });
});

describe("what Node hooks reach for", () => {
  test("process.env is there and empty, and nothing else of process", async () => {
    expect(
      await logged(`ctx.log(process.env.PATH, Object.keys(process.env).length, Object.keys(process).join())`),
    ).toEqual(["undefined 0 env"]);
  });

  test("require says that it is missing, on the author's line", async () => {
    const run = await runHook(`\n\nconst fs = require("fs");`);
    expect(run.finished()).toMatchObject({
      ok: false,
      error: {
        message: expect.stringMatching(/^require\("fs"\): require is not available in a hook/),
        stack: expect.stringMatching(/\n {4}at hook \(hook\.js:4:12\)$/),
      },
    });
  });
});
