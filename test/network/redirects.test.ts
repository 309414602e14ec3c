import { describe, expect, it } from "vitest";
import type { NetworkRequest } from "../../src/network/network-client.ts";
import { bytesOf, createTestClient, serve, textOf, type TestServer } from "./support/loopback.ts";

const redirectTo = (location: string, status = 302): Promise<TestServer> =>
  serve((seen, response) => {
    if (seen.url === "/end") response.end(`${seen.method} ${seen.body}`);
    else response.writeHead(status, { Location: location }).end("moved");
  });

describe("a redirect", () => {
  it("is followed, and the response names the last address", async () => {
    const app = await redirectTo("/end");
    const client = createTestClient({ appPorts: [app.port] });
    const response = await client.send(`${app.origin}/start`);
    expect(response).toMatchObject({ url: `${app.origin}/end`, status: 200, redirected: true });
    expect(client.observations.map(({ url, status }) => [url, status])).toEqual([
      [`${app.origin}/start`, 302],
      [`${app.origin}/end`, 200],
    ]);
  });

  it("keeps the fragment of the address asked for", async () => {
    const app = await redirectTo("/end");
    const response = await createTestClient({ appPorts: [app.port] }).send(`${app.origin}/start#part`);
    expect(response.url).toBe(`${app.origin}/end#part`);
  });

  it.each([
    [301, "POST", "GET "],
    [302, "POST", "GET "],
    [303, "POST", "GET "],
    [303, "PUT", "GET "],
    [307, "POST", "POST body"],
    [308, "POST", "POST body"],
    [301, "PUT", "PUT body"],
  ])("with status %i makes %s go on as %j", async (status, method, expected) => {
    const app = await redirectTo("/end", status);
    const part = {
      method,
      body: bytesOf("body"),
      headers: [["Content-Type", "text/plain"]],
    } satisfies Partial<NetworkRequest>;
    expect(textOf(await createTestClient({ appPorts: [app.port] }).send(`${app.origin}/start`, part))).toBe(
      expected,
    );
    expect(app.seen[1]?.headers["content-type"]).toBe(expected.startsWith("GET") ? undefined : "text/plain");
  });

  it("of a HEAD stays a HEAD, 303 included", async () => {
    const app = await redirectTo("/end", 303);
    await createTestClient({ appPorts: [app.port] }).send(`${app.origin}/start`, { method: "HEAD" });
    expect(app.seen.map(({ method }) => method)).toEqual(["HEAD", "HEAD"]);
  });

  it("without a Location, or with a status that is none, is an answer like any other", async () => {
    const app = await serve((seen, response) =>
      response.writeHead(seen.url === "/300" ? 300 : 302).end("as it is"),
    );
    const client = createTestClient({ appPorts: [app.port] });
    expect(await client.send(`${app.origin}/302`)).toMatchObject({ status: 302, redirected: false });
    expect(await client.send(`${app.origin}/300`)).toMatchObject({ status: 300, redirected: false });
  });

  it("is handed over as it came when the hook asks for manual", async () => {
    const app = await redirectTo("/end");
    const response = await createTestClient({ appPorts: [app.port] }).send(app.origin, {
      redirect: "manual",
    });
    expect(response).toMatchObject({ status: 302, redirected: false });
    expect(response.headers).toContainEqual(["location", "/end"]);
    expect(app.seen).toHaveLength(1);
  });

  it("rejects as in Node when the hook wants none", async () => {
    const app = await redirectTo("/end");
    await expect(
      createTestClient({ appPorts: [app.port] }).send(app.origin, { redirect: "error" }),
    ).rejects.toMatchObject({
      code: "NETWORK_REDIRECTS",
      visible: { name: "TypeError", message: "fetch failed", cause: { message: "unexpected redirect" } },
    });
  });

  it("is followed five times at the most", async () => {
    const app = await serve((seen, response) => {
      const left = Number(seen.url.slice(1));
      if (left === 0) response.end("there");
      else response.writeHead(302, { Location: `/${left - 1}` }).end();
    });
    const client = createTestClient({ appPorts: [app.port] });
    expect(textOf(await client.send(`${app.origin}/5`))).toBe("there");
    await expect(client.send(`${app.origin}/6`)).rejects.toMatchObject({
      code: "NETWORK_REDIRECTS",
      message: `fetch GET ${app.origin}/6: more than 5 redirects.`,
    });
  });

  it("counts as a request", async () => {
    const app = await redirectTo("/start");
    const client = createTestClient({ appPorts: [app.port] }, { limits: { maxRequests: 3 } });
    await expect(client.send(app.origin)).rejects.toMatchObject({ code: "NETWORK_LIMIT" });
    expect(app.seen).toHaveLength(3);
  });

  it("to something that is no address is refused", async () => {
    const app = await redirectTo("http://[::1");
    await expect(createTestClient({ appPorts: [app.port] }).send(app.origin)).rejects.toMatchObject({
      code: "NETWORK_REDIRECTS",
    });
  });
});

describe("a redirect into something that is refused", () => {
  it.each([
    "http://169.254.169.254/latest/meta-data/",
    "http://127.0.0.1:1/",
    "http://[::ffff:127.0.0.1]:1/",
    "http://0x7f.1:1/",
    "http://user@127.0.0.1:1/",
    "file:///etc/passwd",
    "data:text/plain,x",
    "//evil.example/",
    "https://evil.example/",
  ])("does not lead to %s", async (location) => {
    const app = await redirectTo(location);
    const looked: string[] = [];
    const resolve = (name: string): Promise<never> => {
      looked.push(name);
      return Promise.reject(new Error("no lookups"));
    };
    const client = createTestClient({ appPorts: [app.port] }, { resolve });
    await expect(client.send(app.origin)).rejects.toMatchObject({ code: "NETWORK_REFUSED" });
    expect(looked).toEqual([]);
    expect(client.observations.at(-1)?.refused).toMatch(/^NETWORK_REFUSED/);
  });

  it("is refused at the last hop of several as well", async () => {
    const other = await serve((_seen, response) => response.end("not for you"));
    const app = await serve((seen, response) => {
      response.writeHead(302, { Location: seen.url === "/2" ? other.origin : "/2" }).end();
    });
    const client = createTestClient({ appPorts: [app.port] });
    await expect(client.send(`${app.origin}/1`)).rejects.toMatchObject({ code: "NETWORK_REFUSED" });
    expect(other.seen).toEqual([]);
  });
});

describe("across origins", () => {
  const secrets: [string, string][] = [
    ["Authorization", "Bearer x"],
    ["Cookie", "a=1"],
    ["X-Other", "kept"],
  ];

  it("credentials are left behind, other headers are not", async () => {
    const other = await redirectTo("/end");
    const app = await redirectTo(`${other.origin}/end`);
    const client = createTestClient({ appPorts: [app.port], otherAppPorts: [other.port] });
    await client.send(app.origin, { headers: secrets });
    expect(app.seen[0]?.headers).toMatchObject({ authorization: "Bearer x", cookie: "a=1" });
    expect(other.seen[0]?.headers["authorization"]).toBeUndefined();
    expect(other.seen[0]?.headers["cookie"]).toBeUndefined();
    expect(other.seen[0]?.headers["x-other"]).toBe("kept");
  });

  it("credentials stay within one origin", async () => {
    const app = await redirectTo("/end");
    await createTestClient({ appPorts: [app.port] }).send(app.origin, { headers: secrets });
    expect(app.seen[1]?.headers).toMatchObject({ authorization: "Bearer x", cookie: "a=1" });
  });

  it("a body does not go along; the request is refused with what to do", async () => {
    const other = await redirectTo("/end");
    const app = await redirectTo(`${other.origin}/end`, 307);
    const client = createTestClient({ appPorts: [app.port], otherAppPorts: [other.port] });
    await expect(client.send(app.origin, { method: "POST", body: bytesOf("secret") })).rejects.toMatchObject({
      code: "NETWORK_REDIRECTS",
      message: expect.stringContaining("send the request to that origin itself"),
    });
    expect(other.seen).toEqual([]);
  });

  it("a POST that goes on as GET may go there", async () => {
    const other = await redirectTo("/end");
    const app = await redirectTo(`${other.origin}/end`, 303);
    const client = createTestClient({ appPorts: [app.port], otherAppPorts: [other.port] });
    expect(textOf(await client.send(app.origin, { method: "POST", body: bytesOf("secret") }))).toBe("GET ");
  });
});

describe("a stand-in", () => {
  it("answers for the origin it stands for, under that origin's name", async () => {
    const standIn = await serve((_seen, response) => response.end("stand-in"));
    const client = createTestClient({
      signInHosts: ["plex.tv"],
      originMap: [{ from: "https://plex.tv", to: standIn.origin }],
    });
    const response = await client.send("https://plex.tv/api/v2/pins?strong=true");
    expect(response.url).toBe("https://plex.tv/api/v2/pins?strong=true");
    expect(textOf(response)).toBe("stand-in");
    expect(standIn.seen[0]?.url).toBe("/api/v2/pins?strong=true");
  });

  it("may redirect to itself by either name", async () => {
    const standIn: TestServer = await serve((seen, response) => {
      const next = { "/a": `${standIn.origin}/b`, "/b": "/c", "/c": "https://plex.tv/d" }[seen.url];
      if (next === undefined) response.end("end");
      else response.writeHead(302, { Location: next }).end();
    });
    const client = createTestClient({
      signInHosts: ["plex.tv"],
      originMap: [{ from: "https://plex.tv", to: standIn.origin }],
    });
    const response = await client.send("https://plex.tv/a", { headers: [["Cookie", "a=1"]] });
    expect(response).toMatchObject({ url: "https://plex.tv/d", redirected: true });
    expect(standIn.seen.map(({ headers }) => headers.cookie)).toEqual(["a=1", "a=1", "a=1", "a=1"]);
  });

  it("cannot be used under its own address", async () => {
    const standIn = await serve((_seen, response) => response.end());
    const client = createTestClient({
      signInHosts: ["plex.tv"],
      originMap: [{ from: "https://plex.tv", to: standIn.origin }],
    });
    await expect(client.send(standIn.origin)).rejects.toMatchObject({ code: "NETWORK_REFUSED" });
    expect(standIn.seen).toEqual([]);
  });
});
