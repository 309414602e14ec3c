import { describe, expect, it } from "vitest";
import type { NetworkRequest } from "../../src/network/network-client.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { bytesOf, createTestClient, serve, serveRaw, textOf, unusedPort } from "./support/loopback.ts";

describe("a request that is allowed", () => {
  it("brings back status, headers and body", async () => {
    const app = await serve((_seen, response) => {
      response.writeHead(201, "Made", { "X-One": "1" }).end("hello");
    });
    const client = createTestClient({ appPorts: [app.port] });
    const response = await client.send(`${app.origin}/a`);
    expect(response).toMatchObject({
      url: `${app.origin}/a`,
      status: 201,
      statusText: "Made",
      redirected: false,
    });
    expect(response.headers).toContainEqual(["x-one", "1"]);
    expect(textOf(response)).toBe("hello");
  });

  it("keeps every set-cookie header apart", async () => {
    const app = await serve((_seen, response) => {
      response.setHeader("Set-Cookie", ["a=1; Path=/", "b=2"]).end();
    });
    const response = await createTestClient({ appPorts: [app.port] }).send(app.origin);
    expect(response.headers.filter(([name]) => name === "set-cookie").map(([, value]) => value)).toEqual([
      "a=1; Path=/",
      "b=2",
    ]);
  });

  it("sends path and query as they are written", async () => {
    const app = await serve((_seen, response) => response.end());
    await createTestClient({ appPorts: [app.port] }).send(`${app.origin}/:/prefs?x=1&y=%20z`);
    expect(app.seen[0]?.url).toBe("/:/prefs?x=1&y=%20z");
  });

  it.each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])("carries a body with %s", async (method) => {
    const app = await serve((_seen, response) => response.end());
    await createTestClient({ appPorts: [app.port] }).send(app.origin, { method, body: bytesOf("größe") });
    expect(app.seen[0]).toMatchObject({ method, body: "größe", headers: { "content-length": "7" } });
  });

  it.each([
    ["GET", 204],
    ["GET", 205],
    ["GET", 304],
    ["HEAD", 200],
  ])("%s answered with %i has no body", async (method, status) => {
    const app = await serve((_seen, response) => response.writeHead(status).end());
    const response = await createTestClient({ appPorts: [app.port] }).send(app.origin, { method });
    expect(response).toMatchObject({ status, body: null });
  });

  it("with an empty answer has a body of no bytes", async () => {
    const app = await serve((_seen, response) => response.end());
    expect((await createTestClient({ appPorts: [app.port] }).send(app.origin)).body).toEqual(
      new Uint8Array(),
    );
  });

  it("uses a connection of its own and leaves none behind", async () => {
    const app = await serve((_seen, response) => response.end("x"));
    const client = createTestClient({ appPorts: [app.port] });
    await client.send(app.origin);
    await client.send(app.origin);
    expect(app.seen.map(({ headers }) => headers.connection)).toEqual(["close", "close"]);
    await app.untilIdle();
  });
});

describe("headers", () => {
  const sentWith = async (headers: NetworkRequest["headers"]): Promise<Record<string, unknown>> => {
    const app = await serve((_seen, response) => response.end());
    await createTestClient({ appPorts: [app.port] }).send(app.origin, {
      method: "POST",
      body: bytesOf("x"),
      headers,
    });
    return { ...app.seen[0]?.headers, expectedHost: `127.0.0.1:${app.port}` };
  };

  it("are filled up as Node's fetch does it", async () => {
    expect(await sentWith([])).toMatchObject({
      accept: "*/*",
      "accept-encoding": "gzip, deflate, br",
      "user-agent": "tacklebox",
    });
  });

  it("of the hook win over those, and those a browser forbids are sent", async () => {
    const given: [string, string][] = [
      ["Accept", "application/json"],
      ["User-Agent", "hook"],
      ["Cookie", "a=1"],
      ["Origin", "http://o"],
      ["Referer", "http://r/"],
      ["X-Plex-Token", "t"],
    ];
    const sent = await sentWith(given);
    for (const [name, value] of given) expect(sent[name.toLowerCase()]).toBe(value);
  });

  it("that belong to the connection are left to the host", async () => {
    const sent = await sentWith([
      ["Host", "evil.example"],
      ["Content-Length", "99"],
      ["Transfer-Encoding", "chunked"],
      ["TE", "trailers"],
      ["Expect", "100-continue"],
      ["Connection", "upgrade, x-a"],
      ["Upgrade", "websocket"],
      ["Proxy-Authorization", "Basic eA=="],
      ["Keep-Alive", "timeout=99"],
      ["Trailer", "x"],
    ]);
    expect(sent["host"]).toBe(sent["expectedHost"]);
    expect(sent["content-length"]).toBe("1");
    expect(sent["connection"]).toBe("close");
    for (const name of [
      "transfer-encoding",
      "te",
      "expect",
      "upgrade",
      "proxy-authorization",
      "keep-alive",
      "trailer",
    ]) {
      expect(sent[name], name).toBeUndefined();
    }
  });

  it.each([
    ["a line break in a value", "X-A", "1\r\nX-B: 2"],
    ["a zero byte in a value", "X-A", "1\0"],
    ["a character beyond Latin-1", "X-A", "日"],
    ["a line break in a name", "X-A\r\nX-B", "1"],
    ["a space in a name", "X A", "1"],
    ["an empty name", "", "1"],
  ])("with %s are refused, and nothing is sent", async (_what, name, value) => {
    const app = await serve((_seen, response) => response.end());
    const client = createTestClient({ appPorts: [app.port] });
    await expect(client.send(app.origin, { headers: [[name, value]] })).rejects.toMatchObject({
      code: "ARGUMENT_INVALID",
      visible: { name: "TypeError" },
    });
    expect(app.seen).toEqual([]);
  });

  it("beyond the cap are refused", async () => {
    const client = createTestClient({}, { limits: { maxHeaderBytes: 100 } });
    await expect(
      client.send("http://127.0.0.1/", { headers: [["X-A", "x".repeat(101)]] }),
    ).rejects.toMatchObject({
      code: "NETWORK_TOO_LARGE",
    });
  });
});

describe("a method", () => {
  it.each(["CONNECT", "TRACE", "get", "G\r\nET", ""])("%j is refused", async (method) => {
    const client = createTestClient({ allow: ["127.0.0.1"] });
    await expect(client.send("http://127.0.0.1:1/", { method })).rejects.toMatchObject({
      code: "ARGUMENT_INVALID",
    });
  });

  it("without a body is refused one", async () => {
    const client = createTestClient({ allow: ["127.0.0.1"] });
    await expect(client.send("http://127.0.0.1:1/", { body: bytesOf("x") })).rejects.toMatchObject({
      message: "Request with GET/HEAD method cannot have body.",
    });
  });
});

describe("a failure on the wire", () => {
  it("looks as Node's fetch shows it: the system's error is the cause", async () => {
    const port = await unusedPort();
    const client = createTestClient({ appPorts: [port] });
    const shown = await fetch(`http://127.0.0.1:${port}/`).catch((error: TypeError) => error);
    const { name, message, code } = (shown as TypeError).cause as Error & { code: string };
    await expect(client.send(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({
      code: "NETWORK_FAILED",
      visible: { name: "TypeError", message: "fetch failed", cause: { name, message, code } },
    });
    expect(code).toBe("ECONNREFUSED");
  });

  it("carries nothing but name, message and code", async () => {
    const port = await unusedPort();
    const failed = await createTestClient({ appPorts: [port] })
      .send(`http://127.0.0.1:${port}/`)
      .catch((error: { visible: object }) => error);
    expect(JSON.stringify((failed as { visible: object }).visible)).not.toContain("stack");
    expect(Object.keys((failed as { visible: { cause: object } }).visible.cause)).toEqual([
      "name",
      "message",
      "code",
    ]);
  });

  it("when the other side hangs up names the closed socket", async () => {
    const app = await serveRaw((socket) => socket.once("data", () => socket.destroy()));
    await expect(createTestClient({ appPorts: [app.port] }).send(app.origin)).rejects.toMatchObject({
      code: "NETWORK_FAILED",
      visible: { cause: { name: "SocketError", code: "UND_ERR_SOCKET" } },
    });
  });

  it("in the middle of a body rejects instead of giving half of it", async () => {
    const app = await serveRaw((socket) =>
      socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")),
    );
    await expect(createTestClient({ appPorts: [app.port] }).send(app.origin)).rejects.toMatchObject({
      code: "NETWORK_FAILED",
    });
  });

  it("by an answer that is not HTTP names the parser's error", async () => {
    const app = await serveRaw((socket) => socket.once("data", () => socket.end("SSH-2.0-OpenSSH_9\r\n")));
    await expect(createTestClient({ appPorts: [app.port] }).send(app.origin)).rejects.toMatchObject({
      code: "NETWORK_FAILED",
      visible: { cause: { name: "HTTPParserError" } },
    });
  });
});

describe("time", () => {
  const answers = {
    "never answers": () => undefined,
    "sends headers for ever": (write: (text: string) => void) => write("HTTP/1.1 200 OK\r\n"),
    "starts a body and stops": (write: (text: string) => void) =>
      write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"),
  };

  it.each(Object.entries(answers))("is up for a server that %s", async (_what, answer) => {
    const clock = createManualClock();
    const arrived = Promise.withResolvers<void>();
    const app = await serveRaw((socket) =>
      socket.once("data", () => {
        answer((text) => socket.write(text));
        arrived.resolve();
      }),
    );
    const sending = createTestClient({ appPorts: [app.port] }, { clock }).send(app.origin, {
      timeoutMs: 700,
    });
    sending.catch(() => undefined);
    await arrived.promise;
    clock.advance(699);
    expect(clock.sleepers()).toBe(1);
    clock.advance(1);
    await expect(sending).rejects.toMatchObject({
      code: "NETWORK_TIMEOUT",
      visible: { name: "TimeoutError", message: expect.stringContaining("700 ms") },
    });
    await app.untilIdle();
  });

  it("is up for a server that drips its answer, however busy it looks", async () => {
    const clock = createManualClock();
    const app = await serveRaw((socket) => {
      socket.once("data", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        const drip = (): void => {
          if (socket.destroyed) return;
          socket.write("x");
          clock.advance(100);
          setImmediate(drip);
        };
        drip();
      });
    });
    await expect(
      createTestClient({ appPorts: [app.port] }, { clock }).send(app.origin),
    ).rejects.toMatchObject({
      code: "NETWORK_TIMEOUT",
    });
    expect(clock.now() - Date.UTC(2026, 0, 1)).toBeGreaterThanOrEqual(30_000);
  });

  it("is up for a name server that does not answer", async () => {
    const clock = createManualClock();
    const client = createTestClient(
      { allow: ["slow.example"] },
      { clock, resolve: () => new Promise(() => undefined) },
    );
    const sending = client.send("http://slow.example/");
    sending.catch(() => undefined);
    await clock.untilSleeping(1);
    clock.advance(30_000);
    await expect(sending).rejects.toMatchObject({ code: "NETWORK_TIMEOUT" });
  });

  it("stops counting when the answer is there", async () => {
    const clock = createManualClock();
    const app = await serve((_seen, response) => response.end());
    await createTestClient({ appPorts: [app.port] }, { clock }).send(app.origin);
    expect(clock.sleepers()).toBe(0);
  });
});

describe("an abort", () => {
  it("rejects as in Node and closes the socket", async () => {
    const arrived = Promise.withResolvers<void>();
    const app = await serve(() => arrived.resolve());
    const giveUp = new AbortController();
    const sending = createTestClient({ appPorts: [app.port] }).send(app.origin, {}, giveUp.signal);
    sending.catch(() => undefined);
    await arrived.promise;
    expect(app.open()).toBe(1);
    giveUp.abort();
    await expect(sending).rejects.toMatchObject({
      visible: { name: "AbortError", message: "This operation was aborted", code: "ABORT_ERR" },
    });
    await app.untilIdle();
  });

  it("before the request sends nothing", async () => {
    const app = await serve((_seen, response) => response.end());
    const client = createTestClient({ appPorts: [app.port] });
    await expect(client.send(app.origin, {}, AbortSignal.abort())).rejects.toMatchObject({
      visible: { name: "AbortError" },
    });
    expect(app.seen).toEqual([]);
  });

  it("of the whole client ends what is under way and refuses what comes later", async () => {
    const arrived = Promise.withResolvers<void>();
    const app = await serve(() => arrived.resolve());
    const client = createTestClient({ appPorts: [app.port] });
    const sending = client.send(app.origin);
    sending.catch(() => undefined);
    await arrived.promise;
    await client.close();
    await expect(sending).rejects.toMatchObject({ visible: { name: "AbortError" } });
    await expect(client.send(app.origin)).rejects.toMatchObject({ visible: { name: "AbortError" } });
    await app.untilIdle();
  });
});
