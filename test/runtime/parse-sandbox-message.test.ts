import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../src/json.ts";
import { FrameError } from "../../src/runtime/frames.ts";
import { parseSandboxMessage } from "../../src/runtime/parse-sandbox-message.ts";
import { createRandom, type SeededRandom } from "../support/random.ts";

const body = Uint8Array.from([1, 2]);
const parse = (value: unknown) => parseSandboxMessage({ json: JSON.stringify(value), body });
const turn = (...messages: unknown[]) => ({ type: "turn", messages, done: true });
const call = { type: "call", seq: 1, name: "log", args: { message: "hello" }, reply: true, hasBody: false };
/** The one message of a turn, as it comes out. */
function parseOne(message: unknown) {
  const parsed = parse(turn(message));
  return parsed.type === "turn" ? parsed.messages[0] : null;
}

describe("a message from a sandbox", () => {
  it("is let through when it is as the protocol says", () => {
    expect(parse({ type: "ready" })).toEqual({ type: "ready" });
    expect(parse(turn(call, { type: "abort", seq: 7 }, { type: "finished", ok: true }))).toEqual({
      type: "turn",
      unhandled: null,
      taken: 0,
      done: true,
      body,
      messages: [call, { type: "abort", seq: 7 }, { type: "finished", ok: true }],
    });
    expect(parse({ type: "turn", messages: [], done: false })).toMatchObject({ messages: [], done: false });
  });

  it("may be short for a call that wants a reply and has no body", () => {
    const plain = { type: "call", seq: 3, name: "sleep", args: { ms: 5 }, reply: true, hasBody: false };
    expect(parseOne([3, "sleep", { ms: 5 }])).toEqual(plain);
    expect(parseOne([3, "sleep"])).toEqual({ ...plain, args: null });
    for (const bad of [[], ["3", "sleep", {}], [0, "sleep", {}], [3], [3, 3, {}], [3, "x".repeat(65), {}]])
      expect(() => parseOne(bad)).toThrow(FrameError);
  });

  it("says how many recorded completions were taken, as a number of things", () => {
    expect(parse({ ...turn(), taken: 3 })).toMatchObject({ taken: 3 });
    for (const taken of [-1, 0.5, "3", null, 2 ** 60])
      expect(() => parse({ ...turn(), taken })).toThrow(FrameError);
  });

  it("loses every field that the protocol does not know", () => {
    expect(parse({ type: "ready", extra: 1 })).toEqual({ type: "ready" });
    expect(parseOne({ ...call, startedAt: 0, nature: "record" })).toEqual(call);
    expect(parseOne({ type: "finished", ok: true, error: {} })).toEqual({ type: "finished", ok: true });
  });

  it("keeps the place of a call where one was told", () => {
    expect(parseOne({ ...call, at: "Error\\n    at run (hook:bundle:1:2)" })).toEqual({
      ...call,
      at: "Error\\n    at run (hook:bundle:1:2)",
    });
  });

  it.each([
    ["a number", 7],
    ["null", null],
    ["too long", "x".repeat(4097)],
  ])("is refused with a place that is %s", (_what, at) => {
    expect(() => parseOne({ ...call, at })).toThrow(FrameError);
  });

  it("has no arguments, no answer and no body where it does not say so", () => {
    expect(parseOne({ type: "call", seq: 2, name: "sleep", reply: "yes", hasBody: 1 })).toEqual({
      type: "call",
      seq: 2,
      name: "sleep",
      args: null,
      reply: false,
      hasBody: false,
    });
  });

  it.each([
    ["not JSON", "{"],
    ["empty", ""],
    ["cut off", '{"type":"turn","messages":['],
    ["not an object", "[]"],
    ["a text", '"ready"'],
    ["null", "null"],
    ["without a type", "{}"],
    ["of an unknown type", '{"type":"exit"}'],
    ["of a type that is no text", '{"type":["turn"],"messages":[],"done":true}'],
    ["one for the sandbox", '{"type":"completion","seq":1}'],
    ["a turn without done", '{"type":"turn","messages":[]}'],
    ["a turn whose done is no boolean", '{"type":"turn","messages":[],"done":1}'],
    ["a turn without messages", '{"type":"turn","done":true}'],
    ["a turn whose messages only look like a list", '{"type":"turn","messages":{"length":1},"done":true}'],
  ])("is refused: %s", (_what, json) => {
    expect(() => parseSandboxMessage({ json, body })).toThrow(FrameError);
  });

  it.each<[string, JsonValue]>([
    ["null", null],
    ["a list", []],
    ["of no type", {}],
    ["of an unknown type", { type: "start" }],
    ["named like an inherited property", { type: "constructor" }],
    ["a call without a sequence number", { type: "call", name: "log" }],
    ["a call whose sequence number is text", { ...call, seq: "1" }],
    ["a call whose sequence number is 0", { ...call, seq: 0 }],
    ["a call whose sequence number is negative", { ...call, seq: -1 }],
    ["a call whose sequence number is broken", { ...call, seq: 1.5 }],
    ["a call whose sequence number is huge", { ...call, seq: 1e300 }],
    ["a call without a name", { type: "call", seq: 1 }],
    ["a call whose name is no text", { ...call, name: { toString: "log" } }],
    ["a call whose name is long", { ...call, name: "x".repeat(65) }],
    ["an abort without a sequence number", { type: "abort" }],
  ])("is refused when one of its messages is %s", (_what, message) => {
    expect(() => parse(turn(call, message))).toThrow(FrameError);
  });

  it("is refused when two of its messages claim its body", () => {
    const withBody = { ...call, hasBody: true };
    expect(parse(turn(withBody, call))).toMatchObject({ messages: [withBody, call] });
    expect(() => parse(turn(withBody, { ...withBody, seq: 2 }))).toThrow("claims its body");
  });

  it("holds at most ten thousand messages", () => {
    const abort = { type: "abort", seq: 1 };
    expect(parse(turn(...Array.from({ length: 10_000 }, () => abort)))).toMatchObject({ type: "turn" });
    expect(() => parse(turn(...Array.from({ length: 10_001 }, () => abort)))).toThrow("too many messages");
  });

  it("cannot reach a prototype through its keys", () => {
    const json =
      '{"__proto__":{"type":"ready"},"type":"turn","done":true,"messages":[{"__proto__":{"type":"abort","seq":3},' +
      '"type":"call","seq":1,"name":"__proto__","args":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}]}';
    const parsed = parseSandboxMessage({ json, body });
    expect(parsed).toMatchObject({ messages: [{ type: "call", seq: 1, name: "__proto__", reply: false }] });
    expect("polluted" in {}).toBe(false);
    // Inherited fields do not count as sent.
    expect(() => parseSandboxMessage({ json: '{"__proto__":{"type":"ready"}}', body })).toThrow(FrameError);
  });

  it("may be nested as deeply as a frame allows without harm to the host", () => {
    const depth = 400_000;
    const json = `{"type":"turn","done":true,"messages":[{"type":"call","seq":1,"name":"log","args":${"[".repeat(depth)}${"]".repeat(depth)}}]}`;
    expect(parseSandboxMessage({ json, body }).type).toBe("turn");
  });

  it("of any shape is either let through or refused with the code of a broken protocol (seeded)", () => {
    const broken: string[] = [];
    let accepted = 0;
    for (let seed = 0; seed < 5000; seed += 1) {
      const value = drawTurn(createRandom(seed));
      try {
        parse(value);
        accepted += 1;
      } catch (error) {
        if ((error as FrameError).code !== "HOOK_PROTOCOL") broken.push(`seed ${seed}: ${String(error)}`);
      }
    }
    expect(broken).toEqual([]);
    expect(accepted).toBeGreaterThan(100);
    expect(accepted).toBeLessThan(4900);
  });
});

/** A turn in which single fields are missing or of another type. */
function drawTurn(random: SeededRandom): JsonValue {
  const odd = (good: JsonValue): JsonValue =>
    random.below(12) > 0
      ? good
      : random.pick<JsonValue>([null, 0, -1, 1.5, 1e308, "", "call", true, [], {}, [{}], { type: "call" }]);
  const message = (): JsonValue =>
    random.pick<JsonValue>([
      {
        type: odd("call"),
        seq: odd(1),
        name: odd("log"),
        args: odd({}),
        reply: odd(true),
        hasBody: odd(false),
      },
      { type: odd("abort"), seq: odd(2) },
      { type: odd("finished"), ok: odd(false), error: odd({ name: odd("Error"), context: odd([odd({})]) }) },
    ]);
  return { type: odd("turn"), done: odd(true), messages: odd([message(), message()]) };
}

describe("the failure of a hook", () => {
  const failure = (error: unknown) => parseOne({ type: "finished", ok: false, error });

  it("is let through as the guest tells it", () => {
    const error = {
      name: "TypeError",
      message: "no",
      stack: "TypeError: no\n  at run",
      code: "HOOK_FAIL",
      context: [{ label: "Status", value: "500" }],
    };
    expect(failure(error)).toEqual({ type: "finished", ok: false, error });
  });

  it.each([
    ["missing", undefined],
    ["null", null],
    ["a text", "boom"],
    ["a list", [1]],
  ])("has a form of its own when it is %s", (_what, error) => {
    expect(failure(error)).toEqual({
      type: "finished",
      ok: false,
      error: { name: "Error", message: "", stack: "", code: null, context: [] },
    });
  });

  it("is one also when it says neither yes nor no", () => {
    expect(parseOne({ type: "finished" })).toMatchObject({ ok: false });
    expect(parseOne({ type: "finished", ok: "true" })).toMatchObject({ ok: false });
  });

  it("is cut where it is too long, and loses what is not text", () => {
    const rows = Array.from({ length: 60 }, (_, index) => ({
      label: `${index}${"l".repeat(1300)}`,
      value: 7,
    }));
    const parsed = failure({
      name: "N".repeat(999),
      message: "m".repeat(99_999),
      stack: "s".repeat(99_999),
      code: "C".repeat(999),
      context: ["no row", null, ...rows],
    });
    const error = parsed?.type === "finished" && !parsed.ok ? parsed.error : null;
    expect(error?.name.length).toBe(200);
    expect(error?.message.length).toBe(8192);
    expect(error?.stack.length).toBe(16_384);
    expect(error?.code?.length).toBe(100);
    expect(error?.context).toHaveLength(48);
    expect(error?.context[0]).toEqual({ label: `0${"l".repeat(1023)}`, value: "" });
  });
});
