import { createServer } from "node:net";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSimulatedNas } from "../../src/nas/create-simulated-nas.ts";
import { findFreePort } from "../../src/nas/simulated/app-ports.ts";
import { createManualClock, type ManualClock } from "../support/manual-clock.ts";
import { createRequest, install, type SimulatedNas, untilState } from "./support/nas-fixture.ts";

let clock: ManualClock;
let nas: SimulatedNas;

beforeEach(async () => {
  clock = createManualClock();
  nas = await createSimulatedNas({ clock, catalog: { shelf: ["1.0.0", "1.1.0"] } });
});
afterEach(() => nas.close());

const withPort = (port: number): { network: { web_port: { port_number: number } } } => ({
  network: { web_port: { port_number: port } },
});

async function running(name: string, overrides: Parameters<typeof createRequest>[1] = {}): Promise<void> {
  await install(nas, clock, createRequest(name, overrides));
  await clock.runUntil(untilState(nas, name, "RUNNING"));
}

describe("app.create refuses, with nothing changed,", () => {
  it.each(["", "Shelf", "1shelf", "shelf-", "sh_elf", "sh elf", "a".repeat(41)])(
    "the name %j",
    async (name) => {
      await expect(nas.startCreateApp(createRequest(name))).rejects.toMatchObject({
        code: "APP_NAME_INVALID",
        message: expect.stringContaining(JSON.stringify(name)),
      });
      expect(await nas.listApps()).toEqual([]);
    },
  );

  it("no name the rule allows", async () => {
    for (const name of ["a", "a1", "a-b", "a".repeat(40)]) {
      expect(await nas.startCreateApp(createRequest(name))).toMatchObject({ appName: name });
    }
  });

  it("a name that is installed or being installed, whatever came first", async () => {
    const taken = { code: "APP_NAME_TAKEN", message: expect.stringContaining('"shelf"') };
    const calls = [nas.startCreateApp(createRequest("shelf")), nas.startCreateApp(createRequest("shelf"))];
    const [first, second] = await Promise.allSettled(calls);
    expect(first).toMatchObject({ status: "fulfilled" });
    expect(second).toMatchObject({ status: "rejected", reason: taken });
    await clock.runUntil(untilState(nas, "shelf", "RUNNING"));
    await expect(nas.startCreateApp(createRequest("shelf"))).rejects.toMatchObject(taken);
  });

  it("a version the catalog does not offer, naming those it does", async () => {
    await expect(nas.startCreateApp(createRequest("shelf", { version: "9.9.9" }))).rejects.toMatchObject({
      code: "APP_VERSION_UNKNOWN",
      message: expect.stringContaining("1.0.0, 1.1.0"),
    });
  });

  it("a port another app declares, naming that app", async () => {
    await running("shelf", { values: withPort(8080) });
    const request = createRequest("other", { values: withPort(8080) });
    await expect(nas.startCreateApp(request)).rejects.toMatchObject({
      code: "APP_PORT_TAKEN",
      message: expect.stringContaining('port 8080 of the app_values of "other" is used by the app "shelf"'),
    });
  });

  it("a port of the management interface", async () => {
    await expect(nas.startCreateApp(createRequest("shelf", { values: withPort(443) }))).rejects.toMatchObject(
      {
        code: "APP_PORT_TAKEN",
        message: expect.stringContaining("management interface"),
      },
    );
  });

  it("a port in use on this machine, when apps take the ports they declare", async () => {
    const port = await findFreePort("127.0.0.1", new Set());
    const other = createServer().listen({ host: "127.0.0.1", port });
    await once(other, "listening");
    const declaring = await createSimulatedNas({ clock, ports: "declared" });
    try {
      const request = createRequest("shelf", { values: withPort(port) });
      await expect(declaring.startCreateApp(request)).rejects.toMatchObject({ code: "APP_PORT_TAKEN" });
      expect(await nas.startCreateApp(request)).toMatchObject({ id: 1 });
    } finally {
      other.close();
      await declaring.close();
    }
  });
});

describe("app.upgrade refuses, with nothing changed,", () => {
  const upgrade = (version: string, appName = "shelf"): Promise<unknown> =>
    nas.startUpgradeApp({ appName, version, values: {} });

  it("an app that is not installed", async () => {
    await expect(upgrade("1.1.0")).rejects.toMatchObject({ code: "APP_UNKNOWN" });
  });

  it("an app with a job under way", async () => {
    await running("shelf");
    await upgrade("1.1.0");
    await expect(upgrade("1.1.0")).rejects.toMatchObject({ code: "APP_BUSY" });
  });

  it("a stopped app", async () => {
    await running("shelf");
    await nas.stopApp("shelf");
    await expect(upgrade("1.1.0")).rejects.toMatchObject({ code: "APP_STOPPED" });
    expect(await nas.getApp("shelf")).toMatchObject({ state: "STOPPED", version: "1.0.0" });
  });

  it("a version that is not newer, and a latest that is installed", async () => {
    await running("shelf", { version: "1.1.0" });
    for (const version of ["1.0.0", "1.1.0", "latest"]) {
      await expect(upgrade(version)).rejects.toMatchObject({
        code: "APP_NO_UPGRADE",
        message: expect.stringContaining('"shelf" has version 1.1.0'),
      });
    }
  });

  it.each([
    ["v1.42.2-ls12", "v1.42.2-ls13", true],
    ["2025.10.1", "2025.9.30", false],
    ["1.9", "1.10", true],
    ["1.10", "1.9", false],
    ["build-7", "build-8", true],
    ["nightly", "nightly", false],
    ["nightly", "weekly", true],
  ])("from %s to %s: newer is %s, however the version is written", async (from, to, newer) => {
    await running("free", { version: from });
    const call = upgrade(to, "free");
    if (newer) expect(await call).toMatchObject({ method: "app.upgrade" });
    else await expect(call).rejects.toMatchObject({ code: "APP_NO_UPGRADE" });
  });

  it("no custom app of the same version: its upgrade pulls images and starts again", async () => {
    await running("mine", { catalogApp: null, custom: true });
    expect(await upgrade("1.0.0", "mine")).toMatchObject({ method: "app.upgrade" });
  });
});

describe("injected refusals", () => {
  it("are thrown by the call, once, with a code of the catalogue kept", async () => {
    nas.failNext("app.create", { at: "call", code: "NAS_UNREACHABLE", message: "gone" });
    nas.failNext("app.create", {
      at: "call",
      code: "EFAULT",
      message: "[EFAULT] No pool configured for Docker",
    });
    const call = (): Promise<unknown> => nas.startCreateApp(createRequest("shelf"));
    await expect(call()).rejects.toMatchObject({ code: "NAS_UNREACHABLE", message: "gone" });
    await expect(call()).rejects.toMatchObject({ code: "APP_JOB_FAILED", message: /No pool/ });
    expect(await call()).toMatchObject({ id: 1 });
  });

  it("wait for a job of their own method", async () => {
    nas.failNext("app.upgrade", { at: "call", code: "EFAULT", message: "no" });
    await running("shelf");
    await expect(nas.startUpgradeApp({ appName: "shelf", version: "latest", values: {} })).rejects.toThrow(
      "no",
    );
  });
});
