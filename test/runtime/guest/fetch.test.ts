import { describe, expect, test } from "vitest";
import type { GuestVisibleError } from "../../../src/runtime/protocol.ts";
import { runHook, valueOf, type Answer, type GuestCall } from "./harness.ts";

const okResponse = {
  url: "http://10.0.0.5:32400/x",
  status: 200,
  statusText: "OK",
  headers: [],
  redirected: false,
};

const answerWith =
  (response: object, body?: string | Uint8Array) =>
  (call: GuestCall): Answer =>
    call.name === "fetch"
      ? { value: { ...okResponse, ...response }, ...(body === undefined ? {} : { body }) }
      : { value: null };

describe("fetch sends", () => {
  const sent = async (expression: string): Promise<{ args: unknown; body: string | null }> => {
    const run = await runHook(`await ${expression};`, { answer: answerWith({}) });
    const [call] = run.calls("fetch");
    if (call === undefined) throw new Error(`nothing was sent: ${JSON.stringify(run.finished())}`);
    const body = run.bodies.get(call.seq);
    expect(call.hasBody).toBe(body !== undefined);
    return { args: call.args, body: body === undefined ? null : Buffer.from(body).toString("utf8") };
  };

  test("a plain GET without the fragment", async () => {
    expect(await sent(`fetch("http://10.0.0.5:8096/:/prefs?a=b%20c#frag")`)).toEqual({
      args: {
        url: "http://10.0.0.5:8096/:/prefs?a=b%20c",
        method: "GET",
        headers: [],
        redirect: "follow",
        hasBody: false,
      },
      body: null,
    });
  });

  test("method, headers a browser forbids, and a JSON text", async () => {
    const { args, body } = await sent(
      `fetch(ctx.baseUrl + "/x", { method: "post", headers: { Cookie: "a=1", Origin: "http://x", Referer: "http://y", "Content-Type": "application/json" }, body: JSON.stringify({ a: "ä" }), redirect: "manual" })`,
    );
    expect(args).toEqual({
      url: "http://10.0.0.5:32400/x",
      method: "POST",
      headers: [
        ["Cookie", "a=1"],
        ["Origin", "http://x"],
        ["Referer", "http://y"],
        ["Content-Type", "application/json"],
      ],
      redirect: "manual",
      hasBody: true,
    });
    expect(body).toBe('{"a":"ä"}');
  });

  test.each([
    [`"text"`, "text/plain;charset=UTF-8", "text"],
    [`new URLSearchParams({ a: "b c" })`, "application/x-www-form-urlencoded;charset=UTF-8", "a=b+c"],
    [`new Blob(["x"], { type: "a/b" })`, "a/b", "x"],
    [`new Uint8Array([65, 66, 67]).subarray(1)`, undefined, "BC"],
    [`""`, "text/plain;charset=UTF-8", ""],
  ])("a body of %s with its content type", async (body, contentType, text) => {
    const result = await sent(`fetch("http://h/", { method: "DELETE", body: ${body} })`);
    const { headers } = result.args as { headers: [string, string][] };
    expect(headers).toEqual(contentType === undefined ? [] : [["content-type", contentType]]);
    expect(result.body).toBe(text);
  });

  test("a Request, its body taken", async () => {
    const run = await runHook(
      `const r = new Request("http://h/", { method: "PUT", body: "x" }); await fetch(r); ctx.log(r.bodyUsed);`,
      { answer: answerWith({}) },
    );
    expect(run.logs()).toEqual(["true"]);
    expect([...run.bodies.values()].map((body) => Buffer.from(body).toString())).toEqual(["x"]);
  });

  test("no body above the limit", async () => {
    const run = await runHook(
      `try { await fetch("http://h/", { method: "POST", body: new Uint8Array(8 * 1024 * 1024 + 1) }); } catch (e) { ctx.log(e.code); }`,
    );
    expect(run.logs()).toEqual(["LIMIT_REACHED"]);
    expect(run.calls("fetch")).toEqual([]);
  });
});

describe("fetch resolves", () => {
  test("to a Response with readable set-cookie and its final address", async () => {
    const value = await valueOf(
      `const r = await fetch("http://h/"); return [r.status, r.ok, r.statusText, r.url, r.redirected, r.type, r.headers.get("set-cookie"), r.headers.getSetCookie(), await r.text(), r.bodyUsed];`,
      {
        answer: answerWith(
          {
            status: 404,
            statusText: "Not Found",
            redirected: true,
            headers: [
              ["Set-Cookie", "a=1"],
              ["set-cookie", "b=2"],
            ],
          },
          "gone",
        ),
      },
    );
    expect(value).toEqual([
      404,
      false,
      "Not Found",
      okResponse.url,
      true,
      "basic",
      "a=1, b=2",
      ["a=1", "b=2"],
      "gone",
      true,
    ]);
  });

  test("with a null body when there is none", async () => {
    expect(
      await valueOf(`const r = await fetch("http://h/"); return [r.body, r.ok, await r.text()];`, {
        answer: answerWith({ status: 204 }),
      }),
    ).toEqual([null, true, ""]);
  });

  test("with bytes as they came", async () => {
    const value = await valueOf(`const r = await fetch("http://h/"); return [...await r.bytes()];`, {
      answer: answerWith({}, new Uint8Array([0, 255, 128])),
    });
    expect(value).toEqual([0, 255, 128]);
  });

  test("and a clone reads the same body", async () => {
    const value = await valueOf(
      `const r = await fetch("http://h/"); const c = r.clone(); return [await c.json(), await r.text(), c.status];`,
      { answer: answerWith({}, '{"a":1}') },
    );
    expect(value).toEqual([{ a: 1 }, '{"a":1}', 200]);
  });

  test("with headers that cannot be changed", async () => {
    const value = await valueOf(
      `const r = await fetch("http://h/"); try { r.headers.set("a", "b") } catch (e) { return [e.name, e.message] }`,
      { answer: answerWith({}) },
    );
    expect(value).toEqual(["TypeError", "immutable"]);
  });

  test("and a JSON error names what Node names", async () => {
    const value = await valueOf(
      `const r = await fetch("http://h/"); try { await r.json() } catch (e) { return [e.name, e.message, e instanceof SyntaxError] }`,
      { answer: answerWith({}, "<html>") },
    );
    expect(value).toEqual(["SyntaxError", expect.stringContaining("Unexpected token '<'"), true]);
  });
});

describe("fetch rejects", () => {
  const rejection = (error: GuestVisibleError, show: string): Promise<unknown> =>
    valueOf(
      `async function call() {
         return await fetch("http://h/"); // line 4
       }
       try { await call(); } catch (e) { return ${show}; }`,
      { answer: (call) => (call.name === "fetch" ? { error } : { value: null }) },
    );
  const refused: GuestVisibleError = {
    name: "TypeError",
    message: "fetch failed",
    code: "NETWORK_FAILED",
    cause: { name: "Error", message: "connect ECONNREFUSED 10.0.0.5:80", code: "ECONNREFUSED" },
  };

  test("as Node does: TypeError, fetch failed, the system's error as its cause", async () => {
    const shown =
      "[e instanceof TypeError, e.message, e.code, e.cause instanceof Error, e.cause.code, e.cause.message, String(e), Object.keys(e)]";
    expect(await rejection(refused, shown)).toEqual([
      true,
      "fetch failed",
      "NETWORK_FAILED",
      true,
      "ECONNREFUSED",
      "connect ECONNREFUSED 10.0.0.5:80",
      "TypeError: fetch failed",
      ["code"],
    ]);
  });

  test("with a stack that names the author's line", async () => {
    const stack = (await rejection(refused, "e.stack")) as string;
    expect(stack.split("\n").slice(0, 2)).toEqual(["TypeError: fetch failed", "    at call (hook.js:4:23)"]);
    expect(stack).not.toContain("node:");
  });

  test("a time-out as a DOMException", async () => {
    const error = { name: "TimeoutError", message: "GET h: too slow", code: "NETWORK_TIMEOUT" };
    expect(
      await rejection(error, "[e instanceof DOMException, e instanceof Error, e.name, e.code, e.message]"),
    ).toEqual([true, true, "TimeoutError", "NETWORK_TIMEOUT", "GET h: too slow"]);
  });

  test("and what is not caught carries the code and the cause into the failure", async () => {
    const run = await runHook(`await fetch("http://h/");`, { answer: () => ({ error: refused }) });
    expect(run.finished()).toMatchObject({
      ok: false,
      error: {
        name: "TypeError",
        message: "fetch failed",
        code: "NETWORK_FAILED",
        stack: expect.stringMatching(
          /^TypeError: fetch failed\n {4}at hook \(hook\.js:2:7\)\nCaused by: Error: connect ECONNREFUSED 10\.0\.0\.5:80\n {4}at hook \(hook\.js:2:7\)$/,
        ),
      },
    });
  });
});

describe("fetch is given up", () => {
  test("at once, with the signal's reason, and the host is told", async () => {
    const run = await runHook(
      `const c = new AbortController();
       const pending = fetch("http://h/", { signal: c.signal });
       c.abort(new Error("enough"));
       try { await pending; } catch (e) { ctx.log(e.message); }`,
      { answer: () => undefined },
    );
    expect(run.messages.map((message) => (message.type === "call" ? message.name : message))).toEqual([
      "fetch",
      { type: "abort", seq: 1 },
      "log",
      { type: "finished", ok: true },
    ]);
    expect(run.logs()).toEqual(["enough"]);
  });

  test("by AbortSignal.timeout, as a TimeoutError", async () => {
    const run = await runHook(
      `try { await fetch("http://h/", { signal: AbortSignal.timeout(250) }); } catch (e) { ctx.log([e.name, e.code, e.message].join("|")); }`,
      { answer: (call) => (call.name === "timer" ? { value: null } : undefined) },
    );
    expect(run.calls("timer").map((call) => call.args)).toEqual([{ ms: 250 }]);
    expect(run.logs()).toEqual(["TimeoutError|23|The operation was aborted due to timeout"]);
    expect(run.messages).toContainEqual({ type: "abort", seq: 2 });
  });

  test("before it is sent, when the signal is aborted already", async () => {
    const run = await runHook(
      `await fetch("http://h/", { signal: AbortSignal.abort("no") }).catch((e) => ctx.log(e));`,
    );
    expect(run.calls("fetch")).toEqual([]);
    expect(run.logs()).toEqual(["no"]);
  });

  test("and an answer that comes too late changes nothing but the clock", async () => {
    const run = await runHook(
      `const c = new AbortController();
       fetch("http://h/", { signal: c.signal }).catch(() => {});
       c.abort();
       await ctx.sleep(1);
       ctx.log(Date.now());`,
      { answer: () => undefined },
    );
    run.complete(1, { value: okResponse, now: 1_000_500 });
    run.complete(2, { value: null, now: 1_000_600 });
    expect(run.logs()).toEqual(["1000600"]);
  });

  test("not after it was answered", async () => {
    const run = await runHook(
      `const c = new AbortController(); const r = await fetch("http://h/", { signal: c.signal }); c.abort(); ctx.log(r.status);`,
      { answer: answerWith({}) },
    );
    expect(run.messages.filter((message) => message.type === "abort")).toEqual([]);
    expect(run.logs()).toEqual(["200"]);
  });
});

describe("timers", () => {
  test("are effects; a cleared one is given up", async () => {
    const run = await runHook(
      `const t = setTimeout(() => ctx.log("never"), 5000); clearTimeout(t);
       await new Promise((resolve) => setTimeout(resolve, 20.9));`,
    );
    expect(
      run.messages.map((message) => (message.type === "call" ? [message.name, message.args] : message)),
    ).toEqual([
      ["timer", { ms: 5000 }],
      { type: "abort", seq: 1 },
      ["timer", { ms: 20 }],
      { type: "finished", ok: true },
    ]);
  });

  test.each([
    ["0", 1],
    ["-5", 1],
    ["NaN", 1],
    ["undefined", 1],
    ['"30"', 30],
    ["2 ** 31", 1],
    ["Infinity", 1],
    ["2 ** 31 - 1", 2_147_483_647],
  ])("read a delay of %s as Node does", async (delay, ms) => {
    const run = await runHook(`setTimeout(() => {}, ${delay});`);
    expect(run.calls("timer")[0]?.args).toEqual({ ms });
  });

  test("each tick of an interval is one effect", async () => {
    const run = await runHook(
      `await new Promise((resolve) => { let n = 0; const t = setInterval(() => { ctx.log(Date.now()); n += 1; if (n === 3) { clearInterval(t); resolve(); } }, 100); });`,
      { now: 0 },
    );
    expect(run.calls("timer")).toHaveLength(3);
    expect(run.logs()).toEqual(["100", "200", "300"]);
  });

  test("cleared ones are not told twice, and do not count as waiting", async () => {
    const run = await runHook(
      `for (let i = 0; i < 1500; i += 1) { const t = setTimeout(() => {}, 1000); clearTimeout(t); clearTimeout(t); t.close(); }
       await ctx.sleep(1);`,
    );
    expect(run.messages.filter((message) => message.type === "abort")).toHaveLength(1500);
    expect(run.finished()).toEqual({ type: "finished", ok: true });
  });

  test("an exception of a listener or a microtask fails the hook, as it ends a Node process", async () => {
    const listener = await runHook(
      `const t = new EventTarget(); t.addEventListener("x", () => { throw new Error("in listener") }); t.dispatchEvent(new Event("x")); await ctx.sleep(1);`,
    );
    expect(listener.finished()).toMatchObject({ ok: false, error: { message: "in listener" } });
    const microtask = await runHook(
      `queueMicrotask(() => { throw new Error("in microtask") }); await ctx.sleep(1);`,
    );
    expect(microtask.finished()).toMatchObject({ ok: false, error: { message: "in microtask" } });
    expect(microtask.unhandled).toEqual([]);
  });
});
