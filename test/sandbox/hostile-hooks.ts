import { hostileRequests } from "./hostile-requests.ts";

/**
 * Hooks that mean harm, by class. `ends` lists how the attempt may end: `completed`, `GUEST` (the hook failed by an
 * error of its own) or a code of the runtime. `says`: what a line of its log must be, where harm shows in what it
 * could see. Sources of the classes: the attack lists of vm2 and isolated-vm, measured denials of service, SSRF lists.
 */
export interface HostileHook {
  name: string;
  /** Body of `export async function run(ctx)`, unless it brings a module of its own. */
  body: string;
  ends: string[];
  says?: string | RegExp;
  /** Code before the function. */
  top?: string;
}

const loops: HostileHook[] = [
  { name: "loops before the first await", body: "for (;;) {}", ends: ["HOOK_TIMEOUT"] },
  { name: "loops after an await", body: "await ctx.sleep(1); for (;;) {}", ends: ["HOOK_TIMEOUT"] },
  { name: "loops at the top level", top: "for (;;) {}", body: "", ends: ["HOOK_TIMEOUT"] },
  {
    name: "loops in microtasks",
    body: "const spin = () => Promise.resolve().then(spin); await spin();",
    ends: ["HOOK_TIMEOUT", "HOOK_MEMORY_LIMIT", "HOOK_CRASHED"],
  },
  {
    name: "loops in queueMicrotask",
    body: "const spin = () => queueMicrotask(spin); spin(); await ctx.sleep(1);",
    ends: ["HOOK_TIMEOUT", "HOOK_MEMORY_LIMIT", "HOOK_CRASHED"],
  },
  {
    name: "loops in a getter of what it logs",
    body: "ctx.log({ get a() { for (;;); } });",
    ends: ["HOOK_TIMEOUT", "completed"],
  },
  {
    name: "loops in toJSON of what it hands over",
    body: "await ctx.emitCheckpoint({ toJSON() { for (;;); } });",
    ends: ["HOOK_TIMEOUT", "GUEST", "completed"],
  },
  {
    name: "loops in the message of what it throws",
    body: "throw Object.defineProperty(new Error('x'), 'message', { get() { for (;;); } });",
    ends: ["HOOK_TIMEOUT", "GUEST"],
  },
  {
    name: "loops in a proxy trap of what it throws",
    body: "throw new Proxy({}, { get() { for (;;); }, getPrototypeOf() { for (;;); } });",
    ends: ["HOOK_TIMEOUT", "GUEST"],
  },
  {
    name: "uses a regular expression that explodes",
    body: "/^(a+)+$/.test('a'.repeat(40) + 'b');",
    ends: ["HOOK_TIMEOUT"],
  },
  {
    name: "multiplies huge BigInts",
    body: "let n = 3n; for (;;) n = n * n;",
    ends: ["HOOK_TIMEOUT", "HOOK_MEMORY_LIMIT", "HOOK_CRASHED", "GUEST"],
  },
  {
    name: "writes out a huge BigInt",
    body: "(2n ** 20000000n).toString();",
    ends: ["HOOK_TIMEOUT", "HOOK_CRASHED", "HOOK_MEMORY_LIMIT", "GUEST"],
  },
  {
    name: "walks an array-like without end",
    body: "Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);",
    ends: ["HOOK_TIMEOUT", "HOOK_CRASHED"],
  },
  {
    name: "fills a huge array",
    body: "new Array(1e9).fill(0);",
    ends: ["HOOK_TIMEOUT", "HOOK_MEMORY_LIMIT", "HOOK_CRASHED", "GUEST"],
  },
  {
    name: "sorts by a comparison that never ends",
    body: "[3, 2, 1].sort(() => { for (;;); });",
    ends: ["HOOK_TIMEOUT"],
  },
  { name: "recurses without end", body: "const f = () => f(); f();", ends: ["GUEST"] },
  { name: "evaluates a loop", body: "(0, eval)('for (;;) {}');", ends: ["HOOK_TIMEOUT"] },
  {
    name: "has an async generator that never ends",
    body: "async function* g() { for (;;) yield 1; } for await (const _ of g());",
    ends: ["HOOK_TIMEOUT"],
  },
];

const memory: HostileHook[] = [
  {
    name: "keeps strings",
    body: "const kept = []; for (;;) kept.push('x'.repeat(1e6) + kept.length);",
    ends: ["HOOK_MEMORY_LIMIT", "HOOK_CRASHED", "HOOK_TIMEOUT"],
  },
  {
    name: "keeps array buffers",
    body: "const kept = []; for (;;) kept.push(new ArrayBuffer(1e7));",
    ends: ["HOOK_MEMORY_LIMIT", "HOOK_CRASHED", "GUEST", "HOOK_TIMEOUT"],
  },
  {
    name: "takes a resizable buffer of 1 GiB",
    body: "const b = new ArrayBuffer(8, { maxByteLength: 2 ** 30 }); b.resize(2 ** 30); new Uint8Array(b).fill(1);",
    ends: ["GUEST", "HOOK_MEMORY_LIMIT", "HOOK_CRASHED"],
  },
  {
    name: "takes a shared buffer",
    body: "ctx.log(typeof SharedArrayBuffer, typeof Atomics, typeof WebAssembly);",
    ends: ["completed"],
    says: "undefined undefined undefined",
  },
  {
    name: "logs a text of 512 MB",
    body: "ctx.log('x'.repeat(2 ** 29 - 24));",
    ends: ["completed", "GUEST", "HOOK_MEMORY_LIMIT", "HOOK_CRASHED", "HOOK_PROTOCOL", "HOOK_TIMEOUT"],
  },
  {
    name: "returns a text of 512 MB",
    body: "return 'x'.repeat(2 ** 29 - 24);",
    ends: ["completed", "HOOK_MEMORY_LIMIT", "HOOK_CRASHED"],
  },
  {
    name: "throws a text of 256 MB",
    body: "throw new Error('x'.repeat(2 ** 28));",
    ends: ["GUEST", "HOOK_MEMORY_LIMIT", "HOOK_CRASHED"],
  },
  {
    name: "normalizes a huge text",
    body: "'\\ufdfa'.repeat(2 ** 24).normalize('NFKC');",
    ends: ["GUEST", "completed", "HOOK_MEMORY_LIMIT", "HOOK_CRASHED", "HOOK_TIMEOUT"],
  },
  {
    name: "spreads a huge text",
    body: "[...'x'.repeat(2 ** 28)];",
    ends: ["GUEST", "HOOK_MEMORY_LIMIT", "HOOK_CRASHED", "HOOK_TIMEOUT"],
  },
  {
    name: "makes ten million promises",
    body: "const all = []; for (let i = 0; i < 1e7; i++) all.push(Promise.resolve(i)); await Promise.all(all);",
    ends: ["completed", "HOOK_MEMORY_LIMIT", "HOOK_CRASHED", "HOOK_TIMEOUT", "GUEST"],
  },
  {
    name: "grows a Map",
    body: "const map = new Map(); for (let i = 0; ; i++) map.set(i, { i });",
    ends: ["HOOK_MEMORY_LIMIT", "HOOK_CRASHED", "GUEST", "HOOK_TIMEOUT"],
  },
  {
    name: "segments a huge text",
    body: "const s = new Intl.Segmenter('en', { granularity: 'word' }); let n = 0; for (const _ of s.segment('a '.repeat(1e8))) n++;",
    ends: ["GUEST", "HOOK_MEMORY_LIMIT", "HOOK_CRASHED", "HOOK_TIMEOUT"],
  },
  {
    name: "nests JSON deeply",
    body: "let v = []; for (let i = 0; i < 1e5; i++) v = [v]; await ctx.emitCheckpoint('x', v);",
    ends: ["GUEST", "completed"],
  },
];

const floods: HostileHook[] = [
  {
    name: "floods the log",
    body: "for (;;) ctx.log('x'.repeat(1000));",
    ends: ["HOOK_CALL_LIMIT", "HOOK_TIMEOUT"],
  },
  {
    name: "floods the console",
    body: "for (;;) console.log('x');",
    ends: ["HOOK_CALL_LIMIT", "HOOK_TIMEOUT"],
  },
  {
    name: "starts effects without end",
    // Each refusal is a promise that the isolate holds until the loop ends, which it never does.
    body: "for (;;) ctx.emitCheckpoint('x');",
    ends: ["HOOK_MESSAGE_LIMIT", "HOOK_CALL_LIMIT", "HOOK_MEMORY_LIMIT", "HOOK_TIMEOUT", "GUEST"],
  },
  {
    name: "starts timers without end",
    body: "for (;;) setTimeout(() => {}, 1e6);",
    ends: ["HOOK_MESSAGE_LIMIT", "HOOK_CALL_LIMIT", "HOOK_TIMEOUT", "GUEST"],
  },
  {
    name: "ticks without end",
    body: "setInterval(() => {}, 0); await new Promise(() => {});",
    ends: ["HOOK_CALL_LIMIT", "HOOK_TIMEOUT"],
  },
  {
    name: "starts requests without end",
    body: "for (;;) fetch('http://127.0.0.1:1/').catch(() => {});",
    ends: ["HOOK_MESSAGE_LIMIT", "HOOK_CALL_LIMIT", "HOOK_TIMEOUT", "GUEST"],
  },
  {
    name: "registers a million checkpoints",
    body: "await ctx.registerCheckpoints(Array.from({ length: 1e6 }, (_, i) => ({ id: 'c' + i, message: '' })));",
    ends: ["HOOK_TIMEOUT", "GUEST", "HOOK_PROTOCOL", "HOOK_MEMORY_LIMIT", "HOOK_CRASHED"],
  },
  {
    name: "gives a checkpoint a huge message",
    body: "await ctx.emitCheckpoint('x', 'y'.repeat(500000));",
    ends: ["GUEST"],
  },
  {
    name: "fails with a million rows",
    body: "ctx.fail('x', Array.from({ length: 1e5 }, (_, i) => ({ label: 'l' + i, value: 'v'.repeat(100) })));",
    ends: ["GUEST", "HOOK_MEMORY_LIMIT"],
  },
];

const escapes: HostileHook[] = [
  {
    name: "asks for process by the constructor chain",
    body: "ctx.log(typeof ctx.constructor.constructor('return process')().exit);",
    ends: ["completed", "GUEST"],
    says: /undefined|^$/,
  },
  {
    name: "asks a host function for its constructor",
    body: "ctx.log(typeof ctx.log.constructor('return this')().process?.mainModule);",
    ends: ["completed"],
    says: "undefined",
  },
  {
    name: "looks for the host function",
    body: "ctx.log(Object.getOwnPropertyNames(globalThis).filter((n) => n.startsWith('_') || /ivm|isolate|host|tackle|reference$/i.test(n)).join());",
    ends: ["completed"],
    says: "",
  },
  {
    name: "asks for require and modules",
    body: "try { require('fs'); } catch (e) { ctx.log(e.message); }",
    ends: ["completed"],
    says: /not available/,
  },
  {
    name: "imports at run time",
    body: "const name = ['node', 'fs'].join(':'); try { await import(name); ctx.log('in'); } catch (e) { ctx.log('refused'); }",
    ends: ["completed", "GUEST"],
    says: "refused",
  },
  {
    name: "reads the environment",
    body: "ctx.log(JSON.stringify(process.env), Object.keys(process.env).length);",
    ends: ["completed"],
    says: "{} 0",
  },
  {
    name: "prepares stack traces",
    body: "Error.prepareStackTrace = (_e, frames) => frames.map((f) => String(f.getThis?.()) + f.getFileName()).join(); let s; try { await fetch('nowhere:'); } catch (e) { s = e.stack; } ctx.log(/node_modules|\\/src\\/|node:internal/.test(String(s)));",
    ends: ["completed", "GUEST"],
    says: "false",
  },
  {
    name: "reads host paths from an error",
    body: "try { await ctx.waitForApp('//evil'); } catch (e) { ctx.log(/\\/src\\/|node:|\\.ts:\\d/.test(e.stack + e.message + JSON.stringify(e))); }",
    ends: ["completed"],
    says: "false",
  },
  {
    name: "puts a then on Object.prototype",
    body: "Object.prototype.then = function (r) { r('stolen'); }; await ctx.emitCheckpoint('x'); delete Object.prototype.then; ctx.log('still here');",
    ends: ["completed", "GUEST", "HOOK_NEVER_SETTLES", "HOOK_TIMEOUT"],
  },
  {
    name: "pollutes every prototype",
    body: "for (const p of [Object, Array, String, Function, Promise, Map]) for (const k of ['get', 'set', 'toJSON', 'type', 'seq', 'ok', 'value', 'constructor']) try { p.prototype[k] = () => { throw new Error('trap'); }; } catch {} await ctx.emitCheckpoint('x');",
    ends: ["completed", "GUEST", "HOOK_NEVER_SETTLES"],
  },
  {
    name: "sets an index setter on Array.prototype",
    body: "Object.defineProperty(Array.prototype, 0, { set(v) { ctx.stolen = v; }, get() { return 1; }, configurable: true }); await ctx.emitCheckpoint('x'); delete Array.prototype[0]; ctx.log(typeof ctx.stolen);",
    ends: ["completed", "GUEST"],
  },
  {
    name: "replaces JSON and Promise",
    body: 'JSON.stringify = () => \'{"type":"finished","ok":true}\'; JSON.parse = () => ({}); globalThis.Promise = class {}; Map.prototype.get = () => undefined; await ctx.emitCheckpoint(\'mine\');',
    ends: ["completed"],
  },
  {
    name: "replaces Symbol.iterator of arrays",
    body: "Array.prototype[Symbol.iterator] = function* () { yield 'evil'; }; await ctx.emitCheckpoint('x', 'y', 50); ctx.log('a', 'b');",
    ends: ["completed"],
  },
  {
    name: "says finished by itself and goes on",
    body: "ctx.log({ type: 'finished', ok: true }); await ctx.sleep(5); throw new Error('not finished');",
    ends: ["GUEST"],
  },
  {
    name: "exports a then",
    top: "export function then(resolve) { resolve({ run() {} }); }",
    body: "ctx.log('right one');",
    ends: ["completed"],
    says: "right one",
  },
  { name: "throws null", body: "throw null;", ends: ["GUEST"] },
  { name: "throws a symbol", body: "throw Symbol('x');", ends: ["GUEST"] },
  {
    name: "throws a revoked proxy",
    body: "const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy;",
    ends: ["GUEST"],
  },
  {
    name: "throws an error whose stack is a trap",
    body: "throw { get stack() { throw this; }, get message() { throw this; }, toString() { throw this; }, name: 1 };",
    ends: ["GUEST"],
  },
  {
    name: "rejects late without a handler",
    body: "Promise.reject(new Error('late')); await ctx.sleep(5); ctx.log('went on');",
    ends: ["completed"],
    says: "went on",
  },
  { name: "never settles", body: "await new Promise(() => {});", ends: ["HOOK_NEVER_SETTLES"] },
  {
    name: "uses weak references to see the collector",
    body: "ctx.log(typeof WeakRef, typeof FinalizationRegistry);",
    ends: ["completed"],
    says: "undefined undefined",
  },
  {
    name: "waits on memory",
    body: "ctx.log(typeof Atomics, typeof SharedArrayBuffer);",
    ends: ["completed"],
    says: "undefined undefined",
  },
  {
    name: "measures time",
    body: "const a = Date.now(); const b = performance.now(); for (let i = 0; i < 2e6; i++); ctx.log(Date.now() - a, performance.now() - b, new Date().constructor.now() - a);",
    ends: ["completed"],
    says: "0 0 0",
  },
  {
    name: "asks for a real clock in Temporal and Intl",
    body: "const t = typeof Temporal === 'undefined' ? Date.now() : Temporal.Now.instant().epochMilliseconds; ctx.log(t === Date.now(), new Intl.DateTimeFormat('en', { year: 'numeric', timeZone: 'UTC' }).format() === String(new Date().getUTCFullYear()));",
    ends: ["completed"],
    says: "true true",
  },
  {
    name: "makes a realm of its own",
    body: "ctx.log(typeof ShadowRealm);",
    ends: ["completed"],
    says: "undefined",
  },
  {
    name: "collects async stack traces",
    body: "Error.stackTraceLimit = Infinity; const e = new Error('x'); ctx.log(/child|node:|file:|\\.cjs/.test(e.stack));",
    ends: ["completed"],
    says: "false",
  },
  {
    name: "detaches ctx and overwrites its methods",
    body: "const { log } = ctx; ctx.log = () => {}; log('detached'); ctx.emitCheckpoint = null;",
    ends: ["completed"],
    says: "detached",
  },
];

/** All of them. `CANARY` stands for the port of a server that must never be reached. */
export const hostileHooks: readonly HostileHook[] = [
  ...loops,
  ...memory,
  ...floods,
  ...escapes,
  ...hostileRequests,
];
