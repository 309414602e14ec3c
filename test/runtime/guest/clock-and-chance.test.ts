import { describe, expect, test } from "vitest";
import { inGuest, inNode } from "./same-as-node.ts";
import { runHook, valueOf } from "./harness.ts";

const now = Date.UTC(2026, 10, 20, 12, 30, 45, 678);

describe("time stands still between completions", () => {
  const clocks: [what: string, expression: string, expected: unknown][] = [
    ["Date.now", "Date.now()", now],
    ["new Date", "new Date().getTime()", now],
    ["new Date without parentheses", "+new Date", now],
    ["the constructor of a Date", "new (new Date(0).constructor)().getTime()", now],
    ["Date.now of that constructor", "new Date(0).constructor.now()", now],
    ["Date as a function", "Date()", "Fri Nov 20 2026 12:30:45 GMT+0000 (Coordinated Universal Time)"],
    [
      "Date as a function with arguments",
      "Date(0)",
      "Fri Nov 20 2026 12:30:45 GMT+0000 (Coordinated Universal Time)",
    ],
    ["a subclass of Date", "new (class Day extends Date {})().getTime()", now],
    ["Reflect.construct", "Reflect.construct(Date, []).getTime()", now],
    ["performance.now", "performance.now()", 0],
    ["performance.timeOrigin", "performance.timeOrigin", now],
    ["new Event", 'new Event("x").timeStamp', 0],
    ["new File", 'new File([], "x").lastModified', now],
    ["Temporal.Now.instant", "Temporal.Now.instant().epochMilliseconds", now],
    [
      "Temporal.Now.plainDateTimeISO",
      "Temporal.Now.plainDateTimeISO().toString()",
      "2026-11-20T12:30:45.678",
    ],
    ["Temporal.Now.plainDateISO", "Temporal.Now.plainDateISO().toString()", "2026-11-20"],
    ["Temporal.Now.plainTimeISO", "Temporal.Now.plainTimeISO().toString()", "12:30:45.678"],
    [
      "Temporal.Now.zonedDateTimeISO",
      'Temporal.Now.zonedDateTimeISO("Europe/Berlin").toString()',
      "2026-11-20T13:30:45.678+01:00[Europe/Berlin]",
    ],
    ["Temporal.Now.timeZoneId", "Temporal.Now.timeZoneId()", "UTC"],
    ["Intl format", 'new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" }).format()', "12:30:45"],
    [
      "Intl formatToParts",
      'new Intl.DateTimeFormat("en-GB", { minute: "numeric", hour: "numeric" }).formatToParts().map((p) => p.value).join("")',
      "12:30",
    ],
    ["toLocaleTimeString", 'new Date().toLocaleTimeString("en-GB")', "12:30:45"],
    ["the time zone", "Intl.DateTimeFormat().resolvedOptions().timeZone", "UTC"],
    ["the time zone offset", "new Date(2026, 6, 1).getTimezoneOffset()", 0],
  ];

  /** Those that three hours and a minute do not change. */
  const standing = new Set([
    "performance.timeOrigin",
    "Temporal.Now.plainDateISO",
    "Temporal.Now.timeZoneId",
    "the time zone",
    "the time zone offset",
  ]);

  test.each(clocks)("%s", async (_what, expression, expected) => {
    expect(await valueOf(`return ${expression};`, { now })).toEqual(expected);
  });

  test.each(clocks)("%s after a completion shows its time", async (what, expression) => {
    const value = (await valueOf(
      `const before = ${expression}; await ctx.sleep(3 * 3600_000 + 61_001); return [before, ${expression}];`,
      {
        now,
      },
    )) as unknown[];
    if (standing.has(what)) {
      expect(value[0]).toBe(value[1]);
    } else {
      expect(value[0]).not.toBe(value[1]);
    }
  });

  test("a loop sees no time pass", async () => {
    expect(
      await valueOf(`const t = Date.now(); for (let i = 0; i < 1e5; i += 1); return Date.now() - t;`),
    ).toBe(0);
  });

  test("Date is the usual one otherwise", async () => {
    const expressions = [
      "new Date(5).getTime()",
      'new Date("2026-01-02").getTime()',
      "new Date(2026, 0, 2, 3).toISOString()",
      "Date.UTC(2026, 1)",
      'Date.parse("2026-01-02T00:00:00Z")',
      "Date.length",
      "Date.name",
      "typeof Date.prototype.getTime",
      "new Date(NaN).getTime()",
      "new Date(undefined).getTime()",
      "Object.getPrototypeOf(new Date(0)) === Date.prototype",
      "new Date(0) instanceof Date",
      "Object.prototype.toString.call(new Date(0))",
      "new Date(new Date(7)).getTime()",
      'new Intl.DateTimeFormat("en").format(0)',
      '(() => { const f = new Intl.DateTimeFormat("en"); return f.format === f.format; })()',
      '[0, 864e5].map(new Intl.DateTimeFormat("en").format)',
    ];
    expect(await inGuest(expressions)).toEqual(await inNode(expressions));
  });
});

describe("chance comes from the seed", () => {
  const body = `
    const bytes = crypto.getRandomValues(new Uint8Array(40));
    ctx.log(Math.random(), crypto.randomUUID(), [...bytes], Math.random());
    const form = new FormData(); form.append("a", "1");
    await fetch("http://h/", { method: "POST", body: form });
    const key = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, true, ["sign"]);
    ctx.log([...new Uint8Array(await crypto.subtle.exportKey("raw", key))]);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 1000));
    ctx.log(Date.now(), performance.now(), new Date(), Temporal.Now.instant().toString());`;
  const answer = (call: { name: string; seq: number }) =>
    call.name === "fetch"
      ? { value: { url: "http://h/", status: 200, statusText: "", headers: [], redirected: false } }
      : { value: null, now: 5_000_000 + call.seq };

  test("two runs with the same seed and completions send the same messages and bodies", async () => {
    const first = await runHook(body, { answer, seed: "ab".repeat(32) });
    const second = await runHook(body, { answer, seed: "ab".repeat(32) });
    expect(first.finished()).toEqual({ type: "finished", ok: true });
    expect(first.messages).toEqual(second.messages);
    expect(first.bodies).toEqual(second.bodies);
  });

  test("another seed gives other chance", async () => {
    const first = await runHook(body, { answer, seed: "ab".repeat(32) });
    const second = await runHook(body, { answer, seed: "ac".repeat(32) });
    expect(first.logs()[0]).not.toEqual(second.logs()[0]);
    expect([...first.bodies.values()]).not.toEqual([...second.bodies.values()]);
  });

  test("Math.random spreads over [0, 1)", async () => {
    const value = (await valueOf(
      `const b = new Array(10).fill(0); for (let i = 0; i < 10000; i += 1) { const r = Math.random(); if (r < 0 || r >= 1) throw r; b[Math.floor(r * 10)] += 1; } return b;`,
    )) as number[];
    for (const count of value) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  test("nothing random or timed can be had before the hook begins, and no seed is in reach", async () => {
    const value = await valueOf(
      `return Object.getOwnPropertyNames(globalThis).filter((name) => /host|seed|tacklebox|guest/i.test(name));`,
    );
    expect(value).toEqual([]);
  });
});
