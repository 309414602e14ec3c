import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { describeApp, policyFor } from "../../src/install/hook-surroundings.ts";
import { signInPolicy } from "../../src/install/sign-ins.ts";
import type { NasApp, NasDriver } from "../../src/nas/nas-driver.ts";
import type { OAuthInput } from "../../src/schema/install-script.ts";
import { hookRecord } from "../task/hook-task-fold.ts";
import { openInstall, type InstallFixture } from "./install-fixture.ts";

const login: OAuthInput = {
  type: "oauth",
  id: "login",
  name: "Sign in",
  provider: "example",
  flow: {
    type: "pin",
    pinUrl: "https://sign.in/pins",
    authUrl: "https://app.sign.in/auth",
    pollUrl: "https://sign.in/pins/{pinId}",
    clientId: "client",
    tokenField: "token",
  },
};
const app = (name: string, ports: number[]): NasApp => ({
  name,
  ports,
  state: "RUNNING",
  version: "1.0.0",
  custom: false,
});

let fixture: InstallFixture;
let apps: NasApp[];
let lanIp: string;

beforeEach(async () => {
  apps = [];
  lanIp = "192.168.1.5";
  fixture = await openInstall({
    wrapNas: (nas): NasDriver => ({
      ...nas,
      facts: async () => ({ ...(await nas.facts()), lanIp }),
      getApp: async (name) => apps.find((one) => one.name === name) ?? null,
      listApps: async () => apps,
    }),
  });
});
afterEach(() => fixture.close());

describe("what a hook finds around it", () => {
  it("is its app, at the first port it publishes", async () => {
    apps = [app("shelf", [8080, 9090])];
    expect(await describeApp(fixture.runtime, hookRecord(), { name: "Movies" })).toEqual({
      resourceType: "app",
      resourceId: "shelf",
      event: "onAfterInstall",
      toVersion: "1.0.0",
      host: "192.168.1.5",
      port: 8080,
      baseUrl: "http://192.168.1.5:8080",
      inputs: { name: "Movies" },
    });
  });

  it("has both versions in an upgrade, and the old one in no install", async () => {
    const upgrade = hookRecord({}, { operation: "upgrade", fromVersion: "0.9.0", toVersion: null });
    const context = await describeApp(fixture.runtime, upgrade, {});
    expect(context).toMatchObject({ fromVersion: "0.9.0" });
    expect(context).not.toHaveProperty("toVersion");
    const install = hookRecord({}, { operation: "install", fromVersion: "0.9.0" });
    expect(await describeApp(fixture.runtime, install, {})).not.toHaveProperty("fromVersion");
    const unknown = hookRecord({}, { operation: "upgrade", fromVersion: null });
    expect(await describeApp(fixture.runtime, unknown, {})).not.toHaveProperty("fromVersion");
  });

  it("has the declared port before the app is there, or publishes one", async () => {
    const record = hookRecord({}, { declaredPort: 3000 });
    expect(await describeApp(fixture.runtime, record, {})).toMatchObject({
      port: 3000,
      baseUrl: "http://192.168.1.5:3000",
    });
    apps = [app("shelf", [])];
    expect(await describeApp(fixture.runtime, record, {})).toMatchObject({ port: 3000 });
  });

  it("has no port and an empty baseUrl when nothing is known", async () => {
    const context = await describeApp(fixture.runtime, hookRecord(), {});
    expect(context).toMatchObject({ host: "192.168.1.5", baseUrl: "" });
    expect(context).not.toHaveProperty("port");
  });

  it("writes an IPv6 address as URLs need it", async () => {
    lanIp = "fd00::5";
    apps = [app("shelf", [80])];
    expect(await describeApp(fixture.runtime, hookRecord(), {})).toMatchObject({
      host: "fd00::5",
      baseUrl: "http://[fd00::5]:80",
    });
  });
});

describe("whom a hook may reach", () => {
  it("is its own app, other apps' ports, its sign-in hosts and what an admin allowed", async () => {
    apps = [app("shelf", [8080, 9090]), app("other", [7070]), app("third", [6060])];
    fixture.runtime.network.allow = ["updates.example"];
    fixture.runtime.network.originMap = [{ from: "https://a.example", to: "http://127.0.0.1:4000" }];
    expect(await policyFor(fixture.runtime, hookRecord({ inputs: [login] }))).toEqual({
      appHost: "192.168.1.5",
      appPorts: [8080, 9090],
      otherAppPorts: [7070, 6060],
      deniedPorts: [80, 443, 6379],
      signInHosts: ["sign.in", "app.sign.in"],
      allow: ["updates.example"],
      originMap: [{ from: "https://a.example", to: "http://127.0.0.1:4000" }],
    });
  });

  it("is no other app when the admin switched that off", async () => {
    apps = [app("shelf", [8080]), app("other", [7070])];
    fixture.runtime.network.allowOtherApps = false;
    expect((await policyFor(fixture.runtime, hookRecord())).otherAppPorts).toEqual([]);
  });

  it("is the declared port only while the app publishes none", async () => {
    const record = hookRecord({}, { declaredPort: 3000 });
    expect((await policyFor(fixture.runtime, record)).appPorts).toEqual([3000]);
    expect((await policyFor(fixture.runtime, hookRecord())).appPorts).toEqual([]);
    apps = [app("shelf", [])];
    expect((await policyFor(fixture.runtime, record)).appPorts).toEqual([3000]);
    apps = [app("shelf", [8080])];
    expect((await policyFor(fixture.runtime, record)).appPorts).toEqual([8080]);
  });

  it("is no sign-in host for a hook that only asks questions", async () => {
    const inputs = [
      { type: "question", id: "q", question: { question: "Name?", type: "text", key: "q" } } as const,
    ];
    expect((await policyFor(fixture.runtime, hookRecord({ inputs: [...inputs] }))).signInHosts).toEqual([]);
  });
});

describe("whom a sign-in may reach", () => {
  it("is its own hosts: no app and no other port of the NAS", () => {
    expect(signInPolicy(fixture.runtime.network, login)).toEqual({
      appHost: null,
      appPorts: [],
      otherAppPorts: [],
      deniedPorts: [6379],
      signInHosts: ["sign.in", "app.sign.in"],
      allow: [],
      originMap: [],
    });
  });
});
