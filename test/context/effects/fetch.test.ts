import { describe, expect, it } from "vitest";
import { fetchEffect } from "../../../src/context/effects/fetch.ts";
import type { EffectTools } from "../../../src/context/effect.ts";
import { defaultEffectLimits } from "../../../src/context/effect-table.ts";
import type { JsonValue } from "../../../src/json.ts";
import { bytesOf, createTestClient, serve } from "../../network/support/loopback.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const parse = (args: JsonValue) => fetchEffect.parseArgs(args, defaultEffectLimits);

const toolsFor = (ports: number[]): EffectTools & { notes: string[] } => {
  const clock = createManualClock();
  const notes: string[] = [];
  return {
    clock,
    network: createTestClient({ appPorts: ports }),
    baseUrl: "",
    signal: new AbortController().signal,
    elapsedMs: 0,
    note: (text) => notes.push(text),
    pausedWith: null,
    pause: (ms) => clock.sleep(ms),
    notes,
  };
};

const perform = (args: JsonValue, body: Uint8Array | null, tools: EffectTools) =>
  (fetchEffect.perform as NonNullable<typeof fetchEffect.perform>)(parse(args), body, tools);

describe("the arguments of fetch", () => {
  it("are filled up", () => {
    expect(parse({ url: "http://nas:80/a b" })).toEqual({
      url: "http://nas/a%20b",
      method: "GET",
      headers: [],
      redirect: "follow",
      hasBody: false,
    });
  });

  it("take the method in any case", () => {
    expect(parse({ url: "http://nas/", method: "patch" }).method).toBe("PATCH");
  });

  it.each<[string, JsonValue, string]>([
    ["no object", "x", "arguments are missing"],
    ["no address", {}, "the address is missing"],
    ["an address that is a number", { url: 1 }, "expected a string"],
    ["an address that is relative", { url: "/health" }, 'ctx.baseUrl + "/path"'],
    ["an address that is too long", { url: `http://nas/${"x".repeat(17_000)}` }, "characters long"],
    ["an unknown method", { url: "http://nas/", method: "CONNECT" }, "GET, HEAD, POST"],
    ["a method that is an object", { url: "http://nas/", method: {} }, "an object"],
    ["headers that are an object", { url: "http://nas/", headers: {} }, "name and value pairs"],
    ["a header that is no pair", { url: "http://nas/", headers: [["a"]] }, "headers[0]"],
    ["a header of three", { url: "http://nas/", headers: [["a", "b", "c"]] }, "headers[0]"],
    [
      "a header value that is a number",
      {
        url: "http://nas/",
        headers: [
          ["a", "b"],
          ["c", 1],
        ],
      },
      "headers[1]",
    ],
    [
      "too many headers",
      { url: "http://nas/", headers: Array.from({ length: 201 }, (): JsonValue => ["a", "b"]) },
      "at most 200",
    ],
    ["an unknown redirect", { url: "http://nas/", redirect: "follows" }, "follow, error, manual"],
    ["a GET with a body", { url: "http://nas/", hasBody: true }, "GET/HEAD"],
    ["hasBody that is a text", { url: "http://nas/", method: "PUT", hasBody: "yes" }, "true or false"],
  ])("with %s are refused", (_what, args, message) => {
    expect(() => parse(args)).toThrow(
      expect.objectContaining({ code: "ARGUMENT_INVALID", message: expect.stringContaining(message) }),
    );
  });
});

it.each([
  ["POST", "once"],
  ["PATCH", "once"],
  ["GET", "repeatable"],
  ["HEAD", "repeatable"],
  ["PUT", "repeatable"],
  ["DELETE", "repeatable"],
  ["OPTIONS", "repeatable"],
])("a %s is performed %s", (method, nature) => {
  expect(fetchEffect.nature(parse({ url: "http://nas/", method }))).toBe(nature);
});

describe("fetch", () => {
  it("gives what a Response is made from, and the body beside it", async () => {
    const app = await serve((seen, response) =>
      response.writeHead(201, "Made", { "X-A": "1" }).end(seen.body),
    );
    const args = {
      url: app.origin,
      method: "POST",
      headers: [["Content-Type", "text/plain"]],
      hasBody: true,
    };
    const result = await perform(args, bytesOf("hello"), toolsFor([app.port]));
    expect(result.value).toMatchObject({
      url: `${app.origin}/`,
      status: 201,
      statusText: "Made",
      redirected: false,
    });
    expect((result.value as { headers: JsonValue[] }).headers).toContainEqual(["x-a", "1"]);
    expect(result.body).toEqual(bytesOf("hello"));
    expect(app.seen[0]?.headers["content-type"]).toBe("text/plain");
  });

  it("sends no body where there is none, and an empty one where it is empty", async () => {
    const app = await serve((_seen, response) => response.end());
    const tools = toolsFor([app.port]);
    await perform({ url: app.origin, method: "DELETE" }, bytesOf("left over"), tools);
    await perform({ url: app.origin, method: "POST", hasBody: true }, null, tools);
    expect(app.seen.map(({ body }) => body)).toEqual(["", ""]);
    expect(app.seen[1]?.headers["content-length"]).toBe("0");
  });

  it("notes a refusal in the task's log, and passes it on", async () => {
    const tools = toolsFor([]);
    await expect(perform({ url: "http://127.0.0.1:1/" }, null, tools)).rejects.toMatchObject({
      code: "NETWORK_REFUSED",
    });
    expect(tools.notes).toEqual([expect.stringContaining("http://127.0.0.1:1 is not among")]);
  });

  it("notes no other failure", async () => {
    const tools = toolsFor([1]);
    await expect(perform({ url: "http://127.0.0.1:1/" }, null, tools)).rejects.toMatchObject({
      code: "NETWORK_FAILED",
    });
    expect(tools.notes).toEqual([]);
  });
});
