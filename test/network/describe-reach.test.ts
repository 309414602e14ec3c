import { describe, expect, it } from "vitest";
import { decideRequest } from "../../src/network/decide-request.ts";
import { describeReach } from "../../src/network/describe-reach.ts";
import type { NetworkPolicy } from "../../src/network/network-client.ts";

const policy: NetworkPolicy = {
  appHost: "192.168.1.5",
  appPorts: [8080],
  otherAppPorts: [32400, 9000],
  deniedPorts: [443],
  signInHosts: ["plex.tv"],
  allow: ["mirror.example:8443"],
  originMap: [],
};
const installed = { isInstalled: true, allowOtherApps: true };

describe("what a hook may reach, told beforehand", () => {
  it("names every rule as data and in plain words", () => {
    expect(describeReach(policy, installed)).toEqual([
      { rule: "app", what: "192.168.1.5:8080", text: "its own app at 192.168.1.5, port 8080" },
      {
        rule: "other-app",
        what: "192.168.1.5",
        text: "ports that other apps publish at 192.168.1.5 (9000, 32400)",
      },
      { rule: "sign-in", what: "https://plex.tv", text: "https://plex.tv, to sign the user in" },
      { rule: "admin", what: "mirror.example:8443", text: "mirror.example:8443, allowed by an admin" },
    ]);
  });

  it("is what requests are decided by: each rule that is named lets one through, and others none", () => {
    const addresses = {
      app: "http://192.168.1.5:8080/",
      "other-app": "http://192.168.1.5:9000/",
      "sign-in": "https://plex.tv/pins",
      admin: "https://mirror.example:8443/",
    };
    for (const { rule } of describeReach(policy, installed))
      expect(decideRequest(addresses[rule], policy)).toMatchObject({ allowed: true, rule });
    const nothing = { ...policy, appPorts: [], otherAppPorts: [], signInHosts: [], allow: [] };
    const left = describeReach(nothing, { isInstalled: true, allowOtherApps: false });
    expect(left.map(({ rule }) => rule)).toEqual(["app"]);
    for (const address of Object.values(addresses))
      expect(decideRequest(address, nothing)).toMatchObject({ allowed: false });
  });

  it.each<[string, Partial<NetworkPolicy>, boolean, string]>([
    ["is not there yet", {}, false, "its own app at 192.168.1.5, port 8080 or what it will publish"],
    [
      "is not there yet and declares none",
      { appPorts: [] },
      false,
      "its own app at 192.168.1.5, on the ports it will publish",
    ],
    ["publishes several", { appPorts: [1, 2] }, true, "its own app at 192.168.1.5, port 1, 2"],
    ["publishes none", { appPorts: [] }, true, "its own app at 192.168.1.5"],
    ["has an IPv6 address", { appHost: "fd00::5" }, true, "its own app at fd00::5, port 8080"],
  ])("tells of an app that %s", (_name, change, isInstalled, text) => {
    const [app] = describeReach({ ...policy, ...change }, { isInstalled, allowOtherApps: true });
    expect(app?.text).toBe(text);
    if (change.appHost !== undefined) expect(app?.what).toBe("[fd00::5]:8080");
  });

  it("says when no other app publishes anything, and names no app where there is no NAS", () => {
    const lonely = describeReach({ ...policy, otherAppPorts: [] }, installed);
    expect(lonely[1]?.text).toBe("ports that other apps publish at 192.168.1.5 (none now)");
    expect(describeReach({ ...policy, appHost: null }, installed).map(({ rule }) => rule)).toEqual([
      "sign-in",
      "admin",
    ]);
  });
});
