import { describe, expect, it } from "vitest";
import { createTestClient, serve, textOf, unusedPort } from "./support/loopback.ts";

describe("the number of requests", () => {
  it("is capped, and going beyond it is shown once", async () => {
    const app = await serve((_seen, response) => response.end());
    const client = createTestClient({ appPorts: [app.port] }, { limits: { maxRequests: 2 } });
    await client.send(app.origin);
    await client.send(app.origin);
    for (let again = 0; again < 3; again += 1) {
      await expect(client.send(app.origin)).rejects.toMatchObject({ code: "NETWORK_LIMIT" });
    }
    expect(app.seen).toHaveLength(2);
    expect(client.observations.map(({ refused }) => refused?.slice(0, 13) ?? null)).toEqual([
      null,
      null,
      "NETWORK_LIMIT",
    ]);
  });

  it("counts those of an earlier piece of the attempt", async () => {
    const app = await serve((_seen, response) => response.end());
    const limits = { maxRequests: 2 };
    const client = createTestClient({ appPorts: [app.port] }, { limits, sentBefore: 1 });
    await client.send(app.origin);
    await expect(client.send(app.origin)).rejects.toMatchObject({ code: "NETWORK_LIMIT" });
    expect(app.seen).toHaveLength(1);
  });

  it("at a time is capped; the others wait in line", async () => {
    const held: (() => void)[] = [];
    const arrived = [
      Promise.withResolvers<void>(),
      Promise.withResolvers<void>(),
      Promise.withResolvers<void>(),
    ];
    const app = await serve((_seen, response) => {
      held.push(() => response.end());
      arrived[held.length - 1]?.resolve();
    });
    const client = createTestClient({ appPorts: [app.port] }, { limits: { maxConcurrent: 2 } });
    const giveUp = new AbortController();
    const first = client.send(`${app.origin}/1`);
    const second = client.send(`${app.origin}/2`);
    const third = client.send(`${app.origin}/3`, {}, giveUp.signal);
    const fourth = client.send(`${app.origin}/4`);
    await Promise.all([arrived[0]?.promise, arrived[1]?.promise]);
    giveUp.abort();
    await expect(third).rejects.toMatchObject({ visible: { name: "AbortError" } });
    expect(app.seen).toHaveLength(2);
    held[0]?.();
    await arrived[2]?.promise;
    expect(app.seen.map(({ url }) => url).toSorted()).toEqual(["/1", "/2", "/4"]);
    held[1]?.();
    held[2]?.();
    await Promise.all([first, second, fourth]);
  });
});

describe("what is observed", () => {
  it("is each request and its status, without query values", async () => {
    const app = await serve((_seen, response) => response.writeHead(404).end());
    const client = createTestClient({ appPorts: [app.port] });
    await client.send(`${app.origin}/a?X-Plex-Token=secret&flag#secret`);
    expect(client.observations).toEqual([
      { method: "GET", url: `${app.origin}/a?X-Plex-Token=***&***`, status: 404, refused: null },
    ]);
  });

  it("is each failure with its code and cause", async () => {
    const port = await unusedPort();
    const client = createTestClient({ appPorts: [port] });
    await client.send(`http://127.0.0.1:${port}/`).catch(() => undefined);
    expect(client.observations).toEqual([
      {
        method: "GET",
        url: `http://127.0.0.1:${port}/`,
        status: null,
        refused: `NETWORK_FAILED: connect ECONNREFUSED 127.0.0.1:${port}`,
      },
    ]);
  });

  it("hides user names, passwords and what cannot be read as an address", async () => {
    const client = createTestClient({});
    await client.send("http://me:secret@127.0.0.1/").catch(() => undefined);
    await client.send("not an address: secret").catch(() => undefined);
    await client.send("data:text/plain,secret").catch(() => undefined);
    await client.send(`http://127.0.0.1/${"x".repeat(900)}`).catch(() => undefined);
    expect(client.observations.map(({ url }) => url.slice(0, 30))).toEqual([
      "http://127.0.0.1/",
      "(not a web address)",
      "data:…",
      "http://127.0.0.1/xxxxxxxxxxxxx",
    ]);
    expect(client.observations[3]?.url).toHaveLength(501);
    expect(JSON.stringify(client.observations)).not.toContain("secret");
  });
});

it("proxy settings of the environment are ignored", async () => {
  const proxy = await serve((_seen, response) => response.end("proxy"));
  const app = await serve((_seen, response) => response.end("app"));
  const before = { ...process.env };
  Object.assign(process.env, { HTTP_PROXY: proxy.origin, http_proxy: proxy.origin, NODE_USE_ENV_PROXY: "1" });
  try {
    expect(textOf(await createTestClient({ appPorts: [app.port] }).send(app.origin))).toBe("app");
  } finally {
    process.env = before;
  }
  expect(proxy.seen).toEqual([]);
});
