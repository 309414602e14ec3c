import { Readable } from "node:stream";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readBody } from "../../src/network/read-body.ts";
import { createTestClient, serve, serveRaw, textOf, type TestClient } from "./support/loopback.ts";

const cap = 100_000;
const text = "größe ".repeat(1000);

async function answering(
  body: Uint8Array,
  encoding: string,
): Promise<{ client: TestClient; origin: string }> {
  const app = await serve((_seen, response) => response.setHeader("Content-Encoding", encoding).end(body));
  const client = createTestClient({ appPorts: [app.port] }, { limits: { maxResponseBodyBytes: cap } });
  return { client, origin: app.origin };
}

describe("a compressed answer", () => {
  it.each([
    ["gzip", gzipSync(text)],
    ["x-gzip", gzipSync(text)],
    ["GZIP", gzipSync(text)],
    ["deflate", deflateSync(text)],
    ["deflate", deflateRawSync(text)],
    ["br", brotliCompressSync(text)],
    ["zstd", zstdCompressSync(text)],
    ["deflate, gzip", gzipSync(deflateSync(text))],
    ["gzip,gzip,gzip,gzip,gzip", [1, 2, 3, 4, 5].reduce<Buffer>((body) => gzipSync(body), Buffer.from(text))],
    ["identity", Buffer.from(text)],
    ["", Buffer.from(text)],
  ])("in %s is decoded", async (encoding, body) => {
    const { client, origin } = await answering(body, encoding);
    expect(textOf(await client.send(origin))).toBe(text);
  });

  it("in a coding that is not known is handed over as it came", async () => {
    const { client, origin } = await answering(Buffer.from("raw"), "rot13");
    expect(textOf(await client.send(origin))).toBe("raw");
  });

  it("of no bytes is an empty body", async () => {
    const { client, origin } = await answering(Buffer.alloc(0), "gzip");
    expect((await client.send(origin)).body).toEqual(new Uint8Array());
  });

  it("that is cut short is decoded as far as it goes", async () => {
    const whole = gzipSync(text);
    const { client, origin } = await answering(whole.subarray(0, whole.length - 8), "gzip");
    expect(textOf(await client.send(origin))).toBe(text);
  });

  it("that is not what it says rejects", async () => {
    const { client, origin } = await answering(Buffer.from("not gzip at all"), "gzip");
    await expect(client.send(origin)).rejects.toMatchObject({
      code: "NETWORK_FAILED",
      visible: { cause: { code: "Z_DATA_ERROR" } },
    });
  });

  it("of more than five codings is refused", async () => {
    const { client, origin } = await answering(gzipSync(text), Array(6).fill("gzip").join(","));
    await expect(client.send(origin)).rejects.toMatchObject({ code: "NETWORK_TOO_LARGE" });
  });
});

describe("a bomb", () => {
  const zeros = Buffer.alloc(200_000_000);

  it.each([
    ["gzip", gzipSync(zeros)],
    ["gzip, gzip", gzipSync(gzipSync(zeros))],
  ])("in %s ends at the cap, not after it is unpacked", async (encoding, body) => {
    expect(body.length).toBeLessThan(2 * cap);
    const app = await serve((_seen, response) => response.setHeader("Content-Encoding", encoding).end(body));
    const client = createTestClient({ appPorts: [app.port] }, { limits: { maxResponseBodyBytes: 2 * cap } });
    const before = process.resourceUsage().maxRSS;
    await expect(client.send(app.origin)).rejects.toMatchObject({ code: "NETWORK_TOO_LARGE" });
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(100_000);
    await app.untilIdle();
  });

  it("whose middle layer is large and whose end is empty is stopped in the middle", async () => {
    const emptyMembers = Buffer.concat(Array<Buffer>(10_000).fill(gzipSync("")));
    const { client, origin } = await answering(gzipSync(emptyMembers), "gzip, gzip");
    await expect(client.send(origin)).rejects.toMatchObject({ code: "NETWORK_TOO_LARGE" });
  });
});

describe("an answer beyond the caps", () => {
  it("that never ends is stopped and its socket closed", async () => {
    const app = await serveRaw((socket) => {
      socket.once("data", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        const flood = (): void => {
          while (!socket.destroyed && socket.write("x".repeat(10_000)));
        };
        socket.on("drain", flood);
        flood();
      });
    });
    const client = createTestClient({ appPorts: [app.port] }, { limits: { maxResponseBodyBytes: cap } });
    await expect(client.send(app.origin)).rejects.toMatchObject({
      code: "NETWORK_TOO_LARGE",
      message: expect.stringContaining(`larger than ${cap} bytes`),
    });
    await app.untilIdle();
  });

  it("where there should be no body at all is hung up on", async () => {
    const app = await serveRaw((socket) => {
      socket.once("data", () => {
        socket.write("HTTP/1.1 205 Reset Content\r\nContent-Length: 1000000\r\n\r\nx");
      });
    });
    expect(await createTestClient({ appPorts: [app.port] }).send(app.origin)).toMatchObject({
      status: 205,
      body: null,
    });
    await app.untilIdle();
  });

  it("of exactly the cap is read", async () => {
    const { client, origin } = await answering(Buffer.alloc(cap), "");
    expect((await client.send(origin)).body).toHaveLength(cap);
  });

  it("by its headers is refused", async () => {
    const app = await serveRaw((socket) => {
      socket.once("data", () => socket.write(`HTTP/1.1 200 OK\r\nX-A: ${"x".repeat(70_000)}\r\n\r\n`));
    });
    await expect(createTestClient({ appPorts: [app.port] }).send(app.origin)).rejects.toMatchObject({
      code: "NETWORK_TOO_LARGE",
      message: expect.stringContaining("headers are larger"),
    });
    await app.untilIdle();
  });

  it("by very many headers is refused", async () => {
    const app = await serveRaw((socket) => {
      socket.once("data", () => {
        socket.write("HTTP/1.1 200 OK\r\n");
        const flood = (): void => {
          while (!socket.destroyed && socket.write("X-A: 1\r\n".repeat(1000)));
        };
        socket.on("drain", flood);
        flood();
      });
    });
    await expect(createTestClient({ appPorts: [app.port] }).send(app.origin)).rejects.toMatchObject({
      code: "NETWORK_TOO_LARGE",
    });
    await app.untilIdle();
  });

  it("by the request's own body is refused before it is sent", async () => {
    const client = createTestClient({}, { limits: { maxRequestBodyBytes: 3 } });
    const part = { method: "POST", body: new Uint8Array(4) };
    await expect(client.send("http://127.0.0.1/", part)).rejects.toMatchObject({
      code: "NETWORK_TOO_LARGE",
      message: expect.stringContaining("4 bytes; at most 3"),
    });
  });
});

it("a reader that stops early does not wait for bytes that never come", async () => {
  const source = new Readable({ read: () => undefined });
  source.push(gzipSync("x".repeat(1000)));
  await expect(readBody(source, "gzip", 100)).rejects.toMatchObject({ code: "NETWORK_TOO_LARGE" });
  source.destroy();
});
