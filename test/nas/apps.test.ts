import { once } from "node:events";
import { type IncomingMessage, request as httpRequest } from "node:http";
import { connect, createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSimulatedNas } from "../../src/nas/create-simulated-nas.ts";
import type { AppBehaviour } from "../../src/nas/simulated/app-behaviour.ts";
import { findFreePort, isPortFree } from "../../src/nas/simulated/app-ports.ts";
import { createManualClock, type ManualClock } from "../support/manual-clock.ts";
import { createRequest, install, type SimulatedNas, untilState } from "./support/nas-fixture.ts";

const counter: AppBehaviour = (request, state) => {
  if (request.path === "/count") {
    state.data["count"] = Number(state.data["count"] ?? 0) + 1;
    return { status: 200, body: { count: state.data["count"], version: state.version } };
  }
  if (request.path === "/echo") return { status: 200, body: { ...request } };
  if (request.path === "/cookies") {
    return {
      status: 200,
      headers: { "set-cookie": ["a=1; Path=/", "b=2"], "content-type": "text/xml" },
      body: "<a/>",
    };
  }
  if (request.path === "/empty") return { status: 204 };
  if (request.path === "/slow") return { status: 200, body: "late", delayMs: 5000 };
  if (request.path === "/drop") return { status: 200, disconnect: true };
  if (request.path === "/broken") throw new Error("a bug in the behaviour");
  if (request.path === "/swap") {
    state.data = { swapped: true };
    return { status: 200 };
  }
  return null;
};

let clock: ManualClock;
let nas: SimulatedNas;

beforeEach(async () => {
  clock = createManualClock();
  nas = await createSimulatedNas({ clock, behaviours: { counter } });
});
afterEach(() => nas.close());

async function baseUrl(name: string): Promise<string> {
  const app = await nas.getApp(name);
  return `http://127.0.0.1:${app?.ports[0]}`;
}

async function running(name: string, overrides: Parameters<typeof createRequest>[1] = {}): Promise<string> {
  await install(nas, clock, createRequest(name, overrides));
  await clock.runUntil(untilState(nas, name, "RUNNING"));
  return await baseUrl(name);
}

describe("an app that starts", () => {
  it("refuses connections, then answers 503, then is ready", async () => {
    await install(nas, clock, createRequest("counter"));
    const url = await baseUrl("counter");
    await expect(fetch(url)).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
    clock.advance(400);
    await clock.untilSleeping(1);
    const starting = await fetch(url);
    expect(starting.status).toBe(503);
    expect(starting.headers.get("retry-after")).toBe("1");
    expect(await nas.getApp("counter")).toMatchObject({ state: "DEPLOYING" });
    clock.advance(400);
    await untilState(nas, "counter", "RUNNING");
    expect((await fetch(url)).status).toBe(200);
    expect(nas.requests("counter").map(({ status, starting: early }) => [status, early])).toEqual([
      [503, true],
      [200, false],
    ]);
  });

  it("takes as long as the next start is told to", async () => {
    nas.nextStart("counter", { readyAfterMs: 60_000 });
    await install(nas, clock, createRequest("counter"));
    const before = clock.monotonic();
    await clock.runUntil(untilState(nas, "counter", "RUNNING"));
    expect(clock.monotonic() - before).toBe(60_000);
    await nas.stopApp("counter");
    await nas.startApp("counter");
    await clock.runUntil(untilState(nas, "counter", "RUNNING"));
    expect(clock.monotonic() - before).toBe(60_800);
  });

  it("ends CRASHED when told to, and comes up at the next start", async () => {
    nas.nextStart("counter", { crash: true });
    const { result } = await install(nas, clock, createRequest("counter"));
    expect(result).toMatchObject({ state: "SUCCESS" });
    await clock.runUntil(untilState(nas, "counter", "CRASHED"));
    await expect(fetch(await baseUrl("counter"))).rejects.toThrow("fetch failed");
    await nas.startApp("counter");
    await clock.runUntil(untilState(nas, "counter", "RUNNING"));
  });

  it("moves to another port when another program took its own meanwhile", async () => {
    await install(nas, clock, createRequest("counter"));
    const before = (await nas.getApp("counter"))?.ports[0] ?? 0;
    const squatter = createServer().listen({ host: "127.0.0.1", port: before });
    await once(squatter, "listening");
    await clock.runUntil(untilState(nas, "counter", "RUNNING"));
    expect((await nas.getApp("counter"))?.ports).not.toEqual([before]);
    expect((await fetch(`${await baseUrl("counter")}/health`)).status).toBe(200);
    squatter.close();
    await once(squatter, "close");
  });
});

describe("an app that runs", () => {
  it("answers what its behaviour says and keeps the behaviour's data between requests", async () => {
    const url = await running("counter");
    await fetch(`${url}/count`);
    expect(await (await fetch(`${url}/count`)).json()).toEqual({ count: 2, version: "1.0.0" });
    expect(nas.appData("counter")).toEqual({ count: 2 });
    await fetch(`${url}/swap`);
    expect(nas.appData("counter")).toEqual({ swapped: true });
  });

  it("finds its behaviour by catalog app when it has another name", async () => {
    const url = await running("mine", { catalogApp: "counter" });
    expect(await (await fetch(`${url}/count`)).json()).toMatchObject({ count: 1 });
  });

  it("answers a page, a health check and 404 when nothing else is said", async () => {
    const url = await running("plain", { catalogApp: null, custom: true });
    const page = await fetch(url);
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(await page.text()).toContain("<h1>plain 1.0.0</h1>");
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: "ok" });
    const missing = await fetch(`${url}/nope`);
    expect(missing.status).toBe(404);
    expect(await missing.json()).toEqual({ error: "not found" });
  });

  it("shows the behaviour the request as it was sent", async () => {
    const url = await running("counter", { values: { network: { web_port: { port_number: 8080 } } } });
    const response = await fetch(`${url}/echo?name=a%20b&name=c&flag`, {
      method: "PUT",
      headers: { Cookie: "s=1", "X-Two": "x" },
      body: "täxt",
    });
    expect(await response.json()).toMatchObject({
      method: "PUT",
      path: "/echo",
      query: { name: "c", flag: "" },
      headers: { cookie: "s=1", "x-two": "x" },
      body: "täxt",
      port: 8080,
    });
  });

  it("sends each set-cookie on its own, other types and empty answers", async () => {
    const url = await running("counter");
    const cookies = await fetch(`${url}/cookies`);
    expect(cookies.headers.getSetCookie()).toEqual(["a=1; Path=/", "b=2"]);
    expect(cookies.headers.get("content-type")).toBe("text/xml");
    const empty = await fetch(`${url}/empty`);
    expect([empty.status, empty.body]).toEqual([204, null]);
  });

  it("answers late on the NAS's clock", async () => {
    const url = await running("counter");
    const before = clock.monotonic();
    const response = fetch(`${url}/slow`);
    await clock.untilSleeping(1);
    clock.advance(5000);
    expect(await (await response).text()).toBe("late");
    expect(clock.monotonic() - before).toBe(5000);
  });

  it("drops the connection when the behaviour says so", async () => {
    const url = await running("counter");
    await expect(fetch(`${url}/drop`)).rejects.toThrow("fetch failed");
    expect(nas.requests("counter")).toMatchObject([{ path: "/drop", status: 0 }]);
  });

  it("answers 500 with the reason when the behaviour throws", async () => {
    const url = await running("counter");
    const response = await fetch(`${url}/broken`);
    expect(response.status).toBe(500);
    expect(await response.text()).toContain("a bug in the behaviour");
  });

  it("answers 413 to a body above 1 MiB", async () => {
    const url = await running("counter");
    const response = await fetch(`${url}/echo`, { method: "POST", body: "x".repeat(1_048_577) });
    expect(response.status).toBe(413);
  });

  it("records each request with what it was answered", async () => {
    const url = await running("counter");
    await fetch(`${url}/count`, { method: "POST", body: new URLSearchParams({ a: "1" }) });
    expect(nas.requests("counter")).toMatchObject([
      { method: "POST", path: "/count", body: "a=1", status: 200, starting: false, at: clock.now() },
    ]);
    expect(nas.requests("unknown")).toEqual([]);
  });

  it("keeps its data over an upgrade, and its behaviour sees the new version", async () => {
    const url = await running("counter");
    await fetch(`${url}/count`);
    const ref = await nas.startUpgradeApp({ appName: "counter", version: "2.0.0", values: {} });
    await clock.runUntil(nas.followJob(ref, () => {}));
    await clock.runUntil(untilState(nas, "counter", "RUNNING"));
    expect(await (await fetch(`${url}/count`)).json()).toEqual({ count: 2, version: "2.0.0" });
  });

  it("stops at once although connections are open, and crashes when told to", async () => {
    const url = await running("counter");
    const open = fetch(`${url}/slow`);
    await clock.untilSleeping(1);
    const states: string[] = [];
    const watching = new AbortController();
    const watch = nas.watchApp("counter", ({ state }) => states.push(state), watching.signal);
    await Promise.all([nas.stopApp("counter"), expect(open).rejects.toThrow("fetch failed")]);
    await nas.startApp("counter");
    await clock.runUntil(untilState(nas, "counter", "RUNNING"));
    await nas.startApp("counter");
    await nas.crashApp("counter");
    watching.abort();
    await watch;
    expect(states).toEqual(["RUNNING", "STOPPING", "STOPPED", "DEPLOYING", "RUNNING", "STOPPING", "CRASHED"]);
    await expect(fetch(url)).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
  });

  it("stops although a client never finishes its request", async () => {
    const url = new URL(await running("counter"));
    const client = connect({ host: url.hostname, port: Number(url.port) });
    client.on("error", () => {});
    await once(client, "connect");
    client.write("POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
    await fetch(url);
    await Promise.all([once(client, "close"), nas.stopApp("counter")]);
  });

  it("joins a header that was sent twice", async () => {
    const url = await running("counter");
    const message = httpRequest(`${url}/echo`, { headers: { "X-Twice": ["a", "b"] } }).end();
    const [response] = (await once(message, "response")) as [IncomingMessage];
    await Array.fromAsync(response);
    expect(nas.requests("counter")[0]?.headers["x-twice"]).toBe("a, b");
  });

  it("is gone with its data when it is deleted", async () => {
    const url = await running("counter");
    await fetch(`${url}/count`);
    await nas.deleteApp("counter");
    expect(await nas.getApp("counter")).toBeNull();
    expect(nas.appData("counter")).toEqual({});
    expect(nas.requests("counter")).toEqual([]);
    await expect(nas.stopApp("counter")).rejects.toMatchObject({
      code: "APP_UNKNOWN",
      message: expect.stringContaining("installed: none"),
    });
  });
});

describe("ports", () => {
  it("gives one real port for each declared one, the web port first", async () => {
    const values = { network: { api: { port_number: "9001" }, web_port: { port_number: 9000 }, name: "x" } };
    await running("counter", { values });
    const [web, api] = (await nas.getApp("counter"))?.ports ?? [];
    const port = async (real: number | undefined): Promise<unknown> =>
      ((await (await fetch(`http://127.0.0.1:${real}/echo`)).json()) as { port: number }).port;
    expect([await port(web), await port(api)]).toEqual([9000, 9001]);
  });

  it("reads the published ports of a compose file", async () => {
    const ports = ["9000:80", "127.0.0.1:9001:81/udp", "82", { published: "9002", target: 83 }, 84, "x:85"];
    const values = { custom_compose_config: { services: { web: { ports }, worker: {}, bad: null } } };
    await running("compose", { catalogApp: null, custom: true, values });
    expect((await nas.getApp("compose"))?.ports).toHaveLength(3);
  });

  it("takes the declared ports themselves when told to", async () => {
    const declaring = await createSimulatedNas({ clock, ports: "declared" });
    try {
      const port = await findFreePort("127.0.0.1", new Set());
      const values = { network: { web_port: { port_number: port } } };
      await install(declaring, clock, createRequest("fixed", { values }));
      const app = await clock.runUntil(untilState(declaring, "fixed", "RUNNING"));
      expect(app.ports).toEqual([port]);
      await install(declaring, clock, createRequest("any"));
      expect((await declaring.getApp("any"))?.ports).toHaveLength(1);
    } finally {
      await declaring.close();
    }
  });

  it("crashes an app whose declared port was taken while it was starting", async () => {
    const declaring = await createSimulatedNas({ clock, ports: "declared" });
    const port = await findFreePort("127.0.0.1", new Set());
    const squatter = createServer();
    try {
      const values = { network: { web_port: { port_number: port } } };
      await install(declaring, clock, createRequest("fixed", { values }));
      await once(squatter.listen({ host: "127.0.0.1", port }), "listening");
      await clock.runUntil(untilState(declaring, "fixed", "CRASHED"));
    } finally {
      squatter.close();
      await declaring.close();
    }
    expect(await isPortFree("127.0.0.1", port)).toBe(true);
  });
});
