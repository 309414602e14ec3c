import { describe, expect, it } from "vitest";
import { waitForApp } from "../../../src/context/effects/wait-for-app.ts";
import { EffectError, type EffectResult, type EffectTools } from "../../../src/context/effect.ts";
import { defaultEffectLimits } from "../../../src/context/effect-table.ts";
import type { JsonValue } from "../../../src/json.ts";
import type { NetworkClient, NetworkRequest, NetworkResponse } from "../../../src/network/network-client.ts";
import { networkError, timeoutError } from "../../../src/network/network-error.ts";
import { createTestClient, serve, unusedPort } from "../../network/support/loopback.ts";
import { createManualClock, type ManualClock } from "../../support/manual-clock.ts";

const parse = (path: JsonValue, options: JsonValue = {}) =>
  waitForApp.parseArgs({ path, options }, defaultEffectLimits);

interface TestTools extends EffectTools {
  clock: ManualClock;
  notes: string[];
  /** Each pause: how long, and what was handed over to go on from. */
  pauses: { ms: number; state: JsonValue }[];
}

const toolsFor = (network: NetworkClient, part: Partial<EffectTools> = {}): TestTools => {
  const clock = createManualClock();
  const notes: string[] = [];
  const pauses: TestTools["pauses"] = [];
  const signal = part.signal ?? new AbortController().signal;
  return {
    network,
    baseUrl: "http://127.0.0.1:8080",
    elapsedMs: 0,
    note: (text) => notes.push(text),
    pausedWith: null,
    pause: async (ms, state) => {
      pauses.push({ ms, state });
      await clock.sleep(ms, signal);
    },
    ...part,
    signal,
    clock,
    notes,
    pauses,
  };
};

const wait = (tools: TestTools, path: JsonValue, options: JsonValue = {}): Promise<EffectResult> =>
  tools.clock.runUntil(
    (waitForApp.perform as NonNullable<typeof waitForApp.perform>)(parse(path, options), null, tools),
  );

/** A network whose answers are a list: a status, or an error to reject with. The last one repeats. */
function createScriptedNetwork(...answers: (number | Error)[]) {
  const sent: NetworkRequest[] = [];
  const request = (given: NetworkRequest): Promise<NetworkResponse> => {
    sent.push(given);
    const answer = answers[Math.min(sent.length, answers.length) - 1] as number | Error;
    if (typeof answer !== "number") return Promise.reject(answer);
    return Promise.resolve({
      url: given.url,
      status: answer,
      statusText: "",
      headers: [],
      redirected: false,
      body: null,
    });
  };
  return { sent, request, close: () => Promise.resolve() };
}

const refused = new EffectError("NETWORK_FAILED", {
  name: "TypeError",
  message: "fetch failed",
  cause: { name: "Error", message: "connect ECONNREFUSED 127.0.0.1:8080", code: "ECONNREFUSED" },
});

describe("the arguments of waitForApp", () => {
  it("have the defaults of the contract", () => {
    expect(parse("/health")).toEqual({
      path: "/health",
      method: "GET",
      headers: [],
      expectedStatus: null,
      timeoutMs: 5000,
      maxAttempts: 40,
      initialDelayMs: 500,
      maxDelayMs: 15_000,
    });
    expect(waitForApp.parseArgs({ path: "/" }, defaultEffectLimits).maxAttempts).toBe(40);
    expect(parse("/", { timeout: null, method: "POST", headers: null, expectedStatus: null })).toMatchObject({
      timeoutMs: 5000,
      method: "POST",
      headers: [],
      expectedStatus: null,
    });
  });

  it("take both spellings, and leave unknown options alone", () => {
    expect(parse("/", { timeout: 100, retries: 3, other: "x" })).toMatchObject({
      timeoutMs: 100,
      maxAttempts: 3,
    });
    expect(parse("/", { timeoutMs: 100, maxAttempts: 3 })).toMatchObject({ timeoutMs: 100, maxAttempts: 3 });
  });

  it("send at least one request, and wait no longer than a day", () => {
    expect(parse("/", { retries: 0, maxDelayMs: 1e15 })).toMatchObject({
      maxAttempts: 1,
      maxDelayMs: 86_400_000,
    });
  });

  it("take one status or several, and headers", () => {
    expect(parse("/", { expectedStatus: 200, headers: { A: "1" } })).toMatchObject({
      expectedStatus: [200],
      headers: [["A", "1"]],
    });
    expect(parse("/", { expectedStatus: [200, 401] }).expectedStatus).toEqual([200, 401]);
  });

  it.each<[string, JsonValue, JsonValue, string]>([
    ["no path", null, {}, 'such as "/health"'],
    ["a path without a slash", "health", {}, 'such as "/health"'],
    ["a path with two slashes", "//evil.example/", {}, 'such as "/health"'],
    ["a path with a slash and a backslash", "/\\evil.example/", {}, 'such as "/health"'],
    ["an address for a path", "http://evil.example/", {}, 'such as "/health"'],
    ["options that are a number", "/", 5000, "expected an object"],
    ["a timeout that is a text", "/", { timeout: "5000" }, "timeout is the text"],
    ["a timeout of nothing", "/", { timeoutMs: 0 }, "from 1 up"],
    ["a negative count", "/", { maxAttempts: -1 }, "from 0 up"],
    ["an unknown method", "/", { method: "CONNECT" }, "method"],
    ["headers that are an array", "/", { headers: [] }, "expected an object of texts"],
    ["a header that is a number", "/", { headers: { a: 1 } }, "headers.a"],
    ["a status that is none", "/", { expectedStatus: 99 }, "from 100 to 599"],
    ["a status that is a text", "/", { expectedStatus: ["200"] }, "expectedStatus is the text"],
  ])("with %s are refused", (_what, path, options, message) => {
    expect(() => parse(path, options)).toThrow(
      expect.objectContaining({ code: "ARGUMENT_INVALID", message: expect.stringContaining(message) }),
    );
  });

  it("make an effect that may be repeated, whatever the method", () => {
    expect(waitForApp.nature(parse("/", { method: "POST" }))).toBe("repeatable");
  });
});

describe("waitForApp", () => {
  it("waits for a real app to come up, and gives its response", async () => {
    const app = await serve((_seen, response) => {
      if (app.seen.length < 3) response.writeHead(503, "Starting").end();
      else response.writeHead(200, "OK", { "X-A": "1" }).end("ready");
    });
    const tools = toolsFor(createTestClient({ appPorts: [app.port] }), { baseUrl: app.origin });
    const options = { headers: { "X-Key": "k" }, method: "POST" };
    const promise = (waitForApp.perform as NonNullable<typeof waitForApp.perform>)(
      parse("/a?b=c", options),
      null,
      tools,
    );
    for (const delay of [500, 1000]) {
      await tools.clock.untilSleeping(1);
      tools.clock.advance(delay);
    }
    const result = await promise;
    expect(result.value).toMatchObject({ url: `${app.origin}/a?b=c`, status: 200, redirected: false });
    expect(result.body).toEqual(new TextEncoder().encode("ready"));
    expect(app.seen[2]).toMatchObject({ method: "POST", url: "/a?b=c", headers: { "x-key": "k" } });
    expect(tools.notes).toEqual([`waitForApp ${app.origin}/a?b=***: not ready: it answers 503 Starting`]);
  });

  it("takes a refused connection for an app that is not ready", async () => {
    const port = await unusedPort();
    const tools = toolsFor(createTestClient({ appPorts: [port] }), { baseUrl: `http://127.0.0.1:${port}` });
    const failed = wait(tools, "/", { retries: 2, timeout: 60_000 });
    await expect(failed).rejects.toMatchObject({
      code: "APP_NOT_READY",
      message:
        `ctx.waitForApp: GET http://127.0.0.1:${port}/ did not become ready in 2 requests; last: connect ECONNREFUSED ` +
        `127.0.0.1:${port}; expected a status below 500. Check the app's log, or raise retries or timeout.`,
    });
  });

  it("doubles its waits up to the longest, and sends no more requests than asked for", async () => {
    const network = createScriptedNetwork(503);
    const tools = toolsFor(network);
    const at: number[] = [];
    const counted = {
      ...network,
      request: (given: NetworkRequest) => (at.push(tools.clock.monotonic()), network.request(given)),
    };
    await expect(wait({ ...tools, network: counted }, "/", { retries: 8 })).rejects.toMatchObject({
      code: "APP_NOT_READY",
    });
    expect(at).toEqual([0, 500, 1500, 3500, 7500, 15_500, 30_500, 45_500]);
    expect(network.sent.every(({ timeoutMs }) => timeoutMs === 5000)).toBe(true);
  });

  it("asks forty times by default", async () => {
    const network = createScriptedNetwork(refused);
    await expect(wait(toolsFor(network), "/")).rejects.toMatchObject({ code: "APP_NOT_READY" });
    expect(network.sent).toHaveLength(40);
  });

  it.each([
    [undefined, 404, true],
    [undefined, 401, true],
    [undefined, 500, false],
    [200, 200, true],
    [200, 204, false],
    [[200, 401], 401, true],
    [503, 503, true],
  ])("expecting %j, takes %i for ready: %s", async (expectedStatus, status, ready) => {
    const options = { retries: 1, ...(expectedStatus === undefined ? {} : { expectedStatus }) };
    const outcome = wait(toolsFor(createScriptedNetwork(status)), "/", options);
    if (ready) await expect(outcome).resolves.toMatchObject({ value: { status } });
    else await expect(outcome).rejects.toMatchObject({ code: "APP_NOT_READY" });
  });

  it("follows redirects, unless a redirect is what is expected", async () => {
    const network = createScriptedNetwork(200, 302);
    await wait(toolsFor(network), "/");
    await wait(toolsFor(network), "/", { expectedStatus: 302 });
    expect(network.sent.map(({ redirect }) => redirect)).toEqual(["follow", "manual"]);
  });

  it("notes the first reason and each change of it, not each poll", async () => {
    const late = timeoutError("x", 5000);
    const loop = networkError("NETWORK_REDIRECTS", "more than 5 redirects.");
    const network = createScriptedNetwork(refused, refused, refused, late, late, loop, 503, 503, 200);
    const tools = toolsFor(network);
    await wait(tools, "/");
    expect(tools.notes.map((note) => note.replace(/^.*not ready: /, ""))).toEqual([
      "connect ECONNREFUSED 127.0.0.1:8080",
      "no answer within 5000 ms",
      "more than 5 redirects.",
      "it answers 503",
    ]);
  });

  it.each(["NETWORK_REFUSED", "NETWORK_LIMIT", "NETWORK_TOO_LARGE"] as const)(
    "does not go on after %s, which waiting cannot cure",
    async (code) => {
      const network = createScriptedNetwork(networkError(code, "no"));
      const tools = toolsFor(network);
      await expect(wait(tools, "/")).rejects.toMatchObject({ code });
      expect(network.sent).toHaveLength(1);
      expect(tools.notes).toEqual(code === "NETWORK_REFUSED" ? ["no"] : []);
    },
  );

  it("passes on a fault that is not the network's", async () => {
    await expect(wait(toolsFor(createScriptedNetwork(new Error("fault"))), "/")).rejects.toThrow("fault");
  });

  it("says when the app has no address", async () => {
    const tools = toolsFor(createScriptedNetwork(200), { baseUrl: "" });
    await expect(wait(tools, "/health")).rejects.toMatchObject({
      code: "APP_ADDRESS_UNKNOWN",
      message: expect.stringContaining("requirements.ports"),
    });
  });

  it.each(["/\t/evil.example/", "/\n/evil.example"])(
    "refuses %j, which the URL parser leads elsewhere",
    async (path) => {
      const network = createScriptedNetwork(200);
      await expect(wait(toolsFor(network), path)).rejects.toMatchObject({ code: "ARGUMENT_INVALID" });
      expect(network.sent).toEqual([]);
    },
  );

  it("stops when it is given up while it waits or asks", async () => {
    const giveUp = new AbortController();
    const tools = toolsFor(createScriptedNetwork(503), { signal: giveUp.signal });
    const waiting = (waitForApp.perform as NonNullable<typeof waitForApp.perform>)(parse("/"), null, tools);
    waiting.catch(() => undefined);
    await tools.clock.untilSleeping(1);
    giveUp.abort();
    await expect(waiting).rejects.toMatchObject({ visible: { name: "AbortError" } });

    const asking = toolsFor(createScriptedNetwork(refused), { signal: AbortSignal.abort() });
    await expect(wait(asking, "/")).rejects.toBe(refused);
  });

  it("reports a clock that fails as what it is", async () => {
    const tools = toolsFor(createScriptedNetwork(503));
    const pause = () => Promise.reject(new Error("broken clock"));
    const waiting = (waitForApp.perform as NonNullable<typeof waitForApp.perform>)(parse("/"), null, {
      ...tools,
      pause,
    });
    await expect(waiting).rejects.toThrow("broken clock");
  });
});

describe("waitForApp brought back after a crash", () => {
  it.each([
    ["at once", 0, 40],
    ["with the clock set back", -60_000, 40],
    ["after 8 s, in which 4 waits have passed", 8000, 36],
    ["after an hour", 3_600_000, 20],
  ])("%s asks as often as is left, at least half of it all", async (_when, elapsedMs, expected) => {
    const network = createScriptedNetwork(503);
    const tools = toolsFor(network);
    tools.elapsedMs = elapsedMs;
    await expect(wait(tools, "/")).rejects.toMatchObject({ code: "APP_NOT_READY" });
    expect(network.sent).toHaveLength(expected);
  });

  it("asks at least once, also without waits", async () => {
    const network = createScriptedNetwork(503);
    const tools = toolsFor(network, {});
    tools.elapsedMs = 3_600_000;
    await expect(wait(tools, "/", { retries: 1, initialDelayMs: 0 })).rejects.toMatchObject({
      code: "APP_NOT_READY",
    });
    expect(network.sent).toHaveLength(1);
  });
});

describe("waitForApp brought back after a pause", () => {
  const answers = [503, 503, refused, refused, 500, 500, 500, 503];

  /** Performs it piece by piece: each pause ends the piece, and the next one goes on from what was handed over. */
  const inPieces = async (network: ReturnType<typeof createScriptedNetwork>, options: JsonValue) => {
    const notes: string[] = [];
    const pauses: number[] = [];
    let pausedWith: JsonValue = null;
    for (;;) {
      let state: JsonValue = null;
      const pause = async (ms: number, given: JsonValue): Promise<never> => {
        pauses.push(ms);
        // What is kept is JSON.
        state = JSON.parse(JSON.stringify(given)) as JsonValue;
        return await Promise.reject(new Error("put away"));
      };
      const elapsedMs = pausedWith === null ? 0 : 7 * 86_400_000;
      const tools = toolsFor(network, { pausedWith, pause, elapsedMs });
      const end = await wait(tools, "/", options).catch((error: unknown) => error);
      notes.push(...tools.notes);
      if (state === null) return { notes, pauses, end };
      pausedWith = state;
    }
  };

  it.each([
    ["that comes up", [...answers, 200], {}],
    ["that never does", answers, { retries: 12 }],
  ])(
    "asks an app %s as if nothing had happened, however late each pause ended",
    async (_what, list, more) => {
      const options = { initialDelayMs: 40_000, maxDelayMs: 3_600_000, ...more };
      const whole = createScriptedNetwork(...list);
      const tools = toolsFor(whole);
      const expected: unknown = await wait(tools, "/", options).catch((error: unknown) => error);

      const pieces = createScriptedNetwork(...list);
      const begun = await inPieces(pieces, options);
      expect(begun.notes).toEqual(tools.notes);
      expect(begun.end).toEqual(expected);
      expect(begun.pauses).toEqual(tools.pauses.map(({ ms }) => ms));
      expect(pieces.sent).toEqual(whole.sent);
    },
  );

  it("takes what no waitForApp has handed over for nothing", async () => {
    const network = createScriptedNetwork(503);
    const tools = toolsFor(network, { pausedWith: { polls: "many" } });
    await expect(wait(tools, "/", { retries: 3 })).rejects.toMatchObject({ code: "APP_NOT_READY" });
    expect(network.sent).toHaveLength(3);
  });
});
