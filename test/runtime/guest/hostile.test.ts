import { describe, expect, test } from "vitest";
import { runBundle, runHook, valueOf } from "./harness.ts";

/** Patches of built-ins a hostile (or careless) hook may make before it calls the runtime. */
const patches: Record<string, string> = {
  "Array.prototype methods and iterators": `
    for (const name of Object.getOwnPropertyNames(Array.prototype)) {
      if (typeof Array.prototype[name] === "function" && name !== "constructor") Array.prototype[name] = function () { stolen.push(["array", this, ...arguments]); };
    }
    Array.prototype[Symbol.iterator] = function* () { stolen.push(["iterator", this]); };`,
  "index setters": `
    for (let i = 0; i < 20; i += 1) Object.defineProperty(Array.prototype, i, { set(v) { stolen.push(["index", v]); }, get() { return "evil"; }, configurable: true });
    for (let i = 0; i < 20; i += 1) Object.defineProperty(Object.prototype, i, { set(v) { stolen.push(["oindex", v]); }, configurable: true });`,
  "Object.prototype getters": `
    for (const name of ["type", "seq", "value", "ok", "error", "now", "cause", "code", "get", "set", "value", "writable", "enumerable", "toJSON", "then", "reply", "name", "message", "hasBody"])
      Object.defineProperty(Object.prototype, name, { __proto__: null, get() { stolen.push(["get", name, this]); return undefined; }, set(v) { stolen.push(["set", name, v]); }, configurable: true });`,
  "JSON, Map, WeakMap, Promise, Reflect and Object functions": `
    for (const [owner, label] of [[JSON, "JSON"], [Map.prototype, "Map"], [WeakMap.prototype, "WeakMap"], [Reflect, "Reflect"], [String.prototype, "String"], [Function.prototype, "Function"], [RegExp.prototype, "RegExp"], [Number, "Number"], [Math, "Math"], [Error, "Error"]])
      for (const name of Object.getOwnPropertyNames(owner)) { try { if (typeof owner[name] === "function" && name !== "constructor") owner[name] = function () { stolen.push([label, name, this, ...arguments]); }; } catch {} }
    for (const name of ["defineProperty", "create", "keys", "hasOwn", "setPrototypeOf", "getOwnPropertyDescriptor", "freeze"]) Object[name] = function () { stolen.push(["Object", name, ...arguments]); };
    Promise.prototype.then = function () { stolen.push(["then", this]); };
    globalThis.Promise = class { constructor() { stolen.push("Promise"); } }; globalThis.Map = globalThis.WeakMap = globalThis.Error = globalThis.TypeError = class { constructor() { stolen.push("class"); } };`,
  "the constructor and species of promises": `
    for (const [owner, key] of [[Promise.prototype, "constructor"], [Promise, Symbol.species]]) {
      try { Object.defineProperty(owner, key, { get() { stolen.push(["species", this]); return class { constructor() { stolen.push("made"); } }; } }); } catch {}
      try { owner[key] = function () { stolen.push("assigned"); }; } catch {}
    }`,
  "Error.prepareStackTrace": `
    Error.prepareStackTrace = (error, sites) => { stolen.push(["prepare", error]); for (const s of sites) stolen.push(s.getFunction(), s.getThis()); return "stack"; };`,
};

describe("the bridge runs no code of the hook", () => {
  test.each(Object.keys(patches))("with patched %s, calls and answers go their way", async (name) => {
    const run = await runBundle(
      `({ hook: async (ctx) => {
        const stolen = [];
        const { emitCheckpoint, sleep } = ctx;
        const push = stolen.push.bind(stolen);
        stolen.push = push;
        ${patches[name] ?? ""}
        let count = stolen.length;
        const ran = () => { const more = stolen.length - count; count = stolen.length; return more; };
        const first = emitCheckpoint("a", "b", 5);
        const inCall = ran();
        await first;
        const inAnswer = ran();
        let message = "";
        try { await sleep(5); } catch (error) { message = error.message; }
        const inRejection = ran();
        await emitCheckpoint("ran", message, inCall * 10000 + inAnswer * 100 + inRejection);
      } })`,
      {
        answer: (call) =>
          call.name === "sleep"
            ? { error: { name: "Error", message: "refused", code: "ARGUMENT_INVALID" } }
            : { value: null },
      },
    );
    expect(run.calls().map((call) => [call.seq, call.name, call.args])).toEqual([
      [1, "emitCheckpoint", { id: "a", message: "b", progress: 5 }],
      [2, "sleep", { ms: 5 }],
      [3, "emitCheckpoint", { id: "ran", message: "refused", progress: 0 }],
    ]);
    expect(run.finished()).toEqual({ type: "finished", ok: true });
  });

  test("no function, error or object of the host can be reached", async () => {
    const value = await valueOf(`
      const found = [];
      const seen = new Set();
      const walk = (value, path, depth) => {
        if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value) || depth > 8) return;
        seen.add(value);
        if (typeof value === "function") {
          const text = Function.prototype.toString.call(value);
          if (/__host|callHost/.test(text) || value.name === "__host") found.push(path);
        }
        for (const key of Reflect.ownKeys(value)) {
          let descriptor;
          try { descriptor = Reflect.getOwnPropertyDescriptor(value, key); } catch { continue; }
          for (const part of ["value", "get", "set"]) if (descriptor && descriptor[part]) walk(descriptor[part], path + "." + String(key), depth + 1);
        }
        walk(Reflect.getPrototypeOf(value), path + ".__proto__", depth + 1);
      };
      walk(globalThis, "global", 0); walk(ctx, "ctx", 0);
      return [found, typeof globalThis.__host, typeof globalThis.tackleboxGuest, seen.size > 500];`);
    expect(value).toEqual([[], "undefined", "undefined", true]);
  });

  test("call sites show no function and no receiver of the runtime", async () => {
    const value = await valueOf(`
      const out = [];
      Error.prepareStackTrace = (error, sites) => { for (const s of sites) if (/tacklebox:guest/.test(String(s.getFileName()))) out.push(s.getFunction(), s.getThis()); return ""; };
      new Error().stack;
      [1].map(() => new Error().stack);
      const t = new EventTarget(); t.addEventListener("x", () => new Error().stack); t.dispatchEvent(new Event("x"));
      await new Promise((resolve) => setTimeout(() => { new Error().stack; resolve(); }, 1));
      try { ctx.getInput("none") } catch (e) { e.stack }
      try { await ctx.emitCheckpoint({ toJSON() { new Error().stack; return 1; } }) } catch {}
      Error.prepareStackTrace = undefined;
      return [out.length > 0, out.filter((x) => x !== undefined && x !== null).length];`);
    expect(value).toEqual([true, 0]);
  });

  test("a sloppy callback cannot climb to its caller", async () => {
    const run = await runBundle(
      `({ hook: async (ctx) => {
        const seen = [];
        const sloppy = new Function("seen", "return function f() { try { seen.push(f.caller, f.arguments && arguments.callee.caller) } catch (e) { seen.push(e.name) } }")(seen);
        const t = new EventTarget(); t.addEventListener("x", sloppy); t.dispatchEvent(new Event("x"));
        await new Promise((resolve) => { setTimeout(sloppy, 1); setTimeout(resolve, 2); });
        ctx.log(seen.every((x) => x === null || typeof x === "string"), seen.length > 0);
      } })`,
    );
    expect(run.logs()).toEqual(["true true"]);
  });

  test("the entry functions cannot be called by the hook, and a second start does nothing", async () => {
    const run = await runBundle(
      `({ hook: async (ctx) => ctx.log(typeof start, typeof deliver, typeof guestEntry) })`,
    );
    expect(run.logs()).toEqual(["undefined undefined undefined"]);
  });

  test("arguments with toJSON and getters run before a number is taken", async () => {
    const run = await runHook(`
      await ctx.registerCheckpoints([{ get id() { ctx.log("inner"); return "a"; }, message: { toJSON: () => "m" } }]);`);
    expect(run.calls().map((call) => [call.seq, call.name])).toEqual([
      [1, "log"],
      [2, "registerCheckpoints"],
    ]);
    expect(run.calls("registerCheckpoints")[0]?.args).toEqual({ checkpoints: [{ id: "a", message: "m" }] });
  });

  test("text cannot break out of a message", async () => {
    const run = await runHook(
      `const evil = '"},"reply":true},{"type":"finished","ok":true}'; await ctx.emitCheckpoint(evil, evil); ctx.log(evil);
       await fetch("http://h/", { method: 'X"Y' }).catch((e) => ctx.log(e.message));`,
    );
    expect(run.messages.map((message) => message.type)).toEqual(["call", "call", "call", "finished"]);
  });
});

describe("dangerous globals are gone", () => {
  test.each([
    "SharedArrayBuffer",
    "Atomics",
    "WebAssembly",
    "WeakRef",
    "FinalizationRegistry",
    "ShadowRealm",
  ])("%s", async (name) => {
    expect(
      await valueOf(
        `return [typeof globalThis[${JSON.stringify(name)}], ${JSON.stringify(name)} in globalThis];`,
      ),
    ).toEqual(["undefined", false]);
  });

  test("a resizable ArrayBuffer is refused, whatever way it is asked for", async () => {
    const value = await valueOf(`
      const out = [];
      const tries = [
        () => new ArrayBuffer(8, { maxByteLength: 2 ** 30 }),
        () => Reflect.construct(ArrayBuffer, [8, { maxByteLength: 16 }]),
        () => new (new Uint8Array(1).buffer.constructor)(8, { maxByteLength: 16 }),
        () => new (class extends ArrayBuffer {})(8, { maxByteLength: 16 }),
        () => new ArrayBuffer(8, new Proxy({}, { get: () => 16 })),
        () => { let n = 0; return new ArrayBuffer(8, { get maxByteLength() { return n++ === 0 ? undefined : 2 ** 30; } }); },
      ];
      for (const make of tries) { try { out.push(make().resizable); } catch (e) { out.push(e.name); } }
      return out;`);
    expect(value).toEqual(["RangeError", "RangeError", "RangeError", "RangeError", "RangeError", false]);
  });

  test("ArrayBuffer is the usual one otherwise", async () => {
    const value = await valueOf(`
      const b = new ArrayBuffer(4); new Uint8Array(b)[1] = 7;
      return [b instanceof ArrayBuffer, b.slice(1).byteLength, b.constructor === ArrayBuffer, ArrayBuffer.isView(new Uint8Array(1)), ArrayBuffer[Symbol.species] === ArrayBuffer, b.transfer(8).byteLength, new Uint8Array(3).buffer instanceof ArrayBuffer, ArrayBuffer.name];`);
    expect(value).toEqual([true, 3, true, true, true, 8, true, "ArrayBuffer"]);
  });
});

describe("whatever is thrown becomes text", () => {
  const failureOf = async (thrown: string): Promise<unknown> => {
    const end = (await runHook(`throw ${thrown};`)).finished();
    return end?.ok === false ? end.error : end;
  };

  test.each([
    ["null", "null"],
    ["undefined", "undefined"],
    ['"text"', "text"],
    ["42", "42"],
    ["Symbol('s')", "Symbol(s)"],
    ["10n", "10n"],
    ["{ status: 500 }", "{ status: 500 }"],
    ["{ message: 'like an error' }", "like an error"],
    ["() => 1", "[Function (anonymous)]"],
    ["new Error('')", "Error"],
    ["Object.assign(new Error('x'), { message: { a: 1 } })", expect.any(String)],
    [
      "(() => { const p = Proxy.revocable({}, {}); p.revoke(); return p.proxy; })()",
      "[value that cannot be shown]",
    ],
    ["new Proxy(new Error('e'), { get() { throw new Error('trap') } })", expect.any(String)],
    [
      "{ get message() { throw 1 }, get stack() { throw 2 }, get name() { throw 3 }, get cause() { throw 4 } }",
      expect.any(String),
    ],
    ["Object.create(null)", "[Object: null prototype] {}"],
  ])("%s", async (thrown, message) => {
    expect(await failureOf(thrown)).toMatchObject({ message, code: null, context: [] });
  });

  test("an error's text stays below its limit", async () => {
    const failure = (await failureOf(
      `Object.assign(new Error("m".repeat(5e6)), { name: "n".repeat(5e5), stack: "s\\n".repeat(1e6) })`,
    )) as { name: string; message: string; stack: string };
    expect(failure.name.length).toBeLessThanOrEqual(200);
    expect(failure.message.length).toBeLessThanOrEqual(8192);
    expect(failure.stack.length).toBeLessThanOrEqual(8192);
  });

  test("causes are shown, also when they run in a circle", async () => {
    const failure = (await failureOf(
      `(() => { const a = new Error("a"); const b = new Error("b", { cause: a }); a.cause = b; return new Error("c", { cause: b }); })()`,
    )) as { stack: string };
    expect(failure.stack.match(/Caused by: Error: [ab]/g)).toHaveLength(5);
    expect(await failureOf(`new Error("x", { cause: "a text" })`)).toMatchObject({
      stack: expect.stringMatching(/Caused by: a text$/),
    });
  });

  test("a code cannot be forged", async () => {
    expect(
      await failureOf(
        `Object.assign(new Error("x"), { code: "HOOK_FAIL", context: [{ label: "a", value: "b" }] })`,
      ),
    ).toMatchObject({
      code: null,
      context: [],
    });
  });

  test("frames of the runtime are left out", async () => {
    const run = await runHook(
      `await new Promise((resolve, reject) => setTimeout(() => reject(new Error("x")), 1));`,
    );
    const end = run.finished();
    expect(end?.ok === false && end.error.stack).not.toMatch(/tacklebox:guest/);
  });
});

describe("a hook that ends strangely", () => {
  test.each([
    [
      "a thenable that resolves twice",
      `({ hook: () => ({ then(resolve) { resolve(1); resolve(2); throw new Error("x"); } }) })`,
      true,
    ],
    [
      "a thenable that rejects",
      `({ hook: () => ({ then(_, reject) { reject(new Error("no")); } }) })`,
      false,
    ],
    [
      "a promise with its own then",
      `({ hook: () => Object.assign(Promise.resolve(), { then(f) { f(); f(); } }) })`,
      true,
    ],
    [
      "a promise with a constructor of its own",
      `({ hook: () => Object.assign(Promise.resolve(), { constructor: 5 }) })`,
      false,
    ],
  ])("finishes once: %s", async (_what, code, ok) => {
    const run = await runBundle(code);
    expect(run.messages.filter((message) => message.type === "finished")).toHaveLength(1);
    expect(run.finished()?.ok).toBe(ok);
  });

  test("a promise that never settles finishes nothing", async () => {
    const run = await runHook(`await new Promise(() => {});`);
    expect(run.messages).toEqual([]);
  });

  test("a late handler of a rejection is legal", async () => {
    const run = await runHook(
      `const p = Promise.reject(new Error("early")); await ctx.sleep(1); await p.catch(() => ctx.log("handled"));`,
    );
    expect(run.logs()).toEqual(["handled"]);
    expect(run.finished()?.ok).toBe(true);
  });
});
