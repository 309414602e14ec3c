import { describe, expect, it } from "vitest";
import { decideRequest, parseAllowedHost, portOf } from "../../src/network/decide-request.ts";
import type { NetworkPolicy } from "../../src/network/network-client.ts";
import { policyOf } from "./support/loopback.ts";

const policy = policyOf({
  appHost: "192.168.1.5",
  appPorts: [32400],
  otherAppPorts: [8096],
  deniedPorts: [443, 6379],
  signInHosts: ["plex.tv"],
  allow: ["nas.example", "printer.lan:631", "[fd00::7]:80"],
});

const ruleOf = (url: string, of: NetworkPolicy = policy): string => {
  const decision = decideRequest(url, of);
  return decision.allowed ? decision.rule : "refused";
};

const reasonOf = (url: string, of: NetworkPolicy = policy): string => {
  const decision = decideRequest(url, of);
  return decision.allowed ? "" : decision.reason;
};

describe("what the policy names is allowed", () => {
  it.each([
    ["http://192.168.1.5:32400/identity", "app"],
    ["https://192.168.1.5:32400/identity", "app"],
    ["http://192.168.1.5:8096/", "other-app"],
    ["https://plex.tv/api/v2/pins", "sign-in"],
    ["https://plex.tv:443/", "sign-in"],
    ["http://nas.example/", "admin"],
    ["https://nas.example:8443/", "admin"],
    ["http://printer.lan:631/", "admin"],
    ["http://[fd00::7]/", "admin"],
    ["HTTP://NAS.EXAMPLE/", "admin"],
    ["http://3232235781:32400/", "app"],
    ["http://0xc0a80105:32400/", "app"],
    ["http://192.168.1.5.:32400/", "app"],
  ])("%s by the rule %s", (url, rule) => {
    expect(ruleOf(url)).toBe(rule);
  });
});

describe("everything else is refused", () => {
  it.each([
    "http://192.168.1.5/",
    "http://192.168.1.5:9999/",
    "https://192.168.1.5/api",
    "http://192.168.1.6:32400/",
    "http://plex.tv/",
    "http://plex.tv:443/",
    "https://plex.tv:8443/",
    "https://app.plex.tv/",
    "https://plex.tv.evil.example/",
    "https://plex.tv./",
    "http://printer.lan/",
    "http://printer.lan:632/",
    "http://0x7f.1:32400/",
    "http://0177.0.0.1:32400/",
    "http://2130706433:32400/",
    "http://127.1:32400/",
    "http://127.0.0.1.:32400/",
    "http://localhost:32400/",
    "http://0:32400/",
    "http://[::]:32400/",
    "http://[::1]:32400/",
    "http://[::ffff:127.0.0.1]:32400/",
    "http://[::ffff:192.168.1.5]:32400/",
    "http://①②⑦.0.0.1:32400/",
    "http://169.254.169.254/latest/meta-data/",
    "http://192.168.1.5:32400@evil.example/",
    "http://evil.example\\@192.168.1.5:32400/",
    "http://192.168.1.5:32400.evil.example/",
    "http://evil.example#@192.168.1.5:32400/",
    "http://evil.example?@192.168.1.5:32400/",
    "//192.168.1.5:32400/",
    "not an address",
    "http://[::1",
    "http://192.168.1.5:99999/",
  ])("%s", (url) => {
    expect(ruleOf(url)).toBe("refused");
  });

  it.each([
    "file:///etc/passwd",
    "ftp://192.168.1.5:32400/",
    "data:text/plain,x",
    "ws://192.168.1.5:32400/",
    "blob:x",
  ])("%s, which is no web address", (url) => {
    expect(reasonOf(url)).toContain("use http: or https:");
  });

  it("a user name or password in an allowed address", () => {
    expect(reasonOf("http://user@192.168.1.5:32400/")).toContain("Authorization header");
    expect(reasonOf("http://:word@192.168.1.5:32400/")).toContain("Authorization header");
  });

  it("all of it when the policy is empty", () => {
    const empty = policyOf({ appHost: null, appPorts: [80] });
    expect(ruleOf("http://127.0.0.1/", empty)).toBe("refused");
    expect(reasonOf("http://127.0.0.1/", empty)).toContain("(none)");
  });
});

describe("loopback", () => {
  it("is reached by every spelling of the app's own host that the URL parser makes the same", () => {
    const local = policyOf({ appHost: "127.0.0.1", appPorts: [8080] });
    for (const host of ["127.0.0.1", "0x7f.1", "2130706433", "0177.0.0.1", "127.0.0.1.", "①②⑦.0.0.1"]) {
      expect(ruleOf(`http://${host}:8080/`, local)).toBe("app");
    }
    for (const host of ["localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "127.0.0.2"]) {
      expect(ruleOf(`http://${host}:8080/`, local)).toBe("refused");
    }
  });

  it("may be an app's host in IPv6", () => {
    expect(ruleOf("http://[::1]:8080/", policyOf({ appHost: "::1", appPorts: [8080] }))).toBe("app");
  });

  it("is not public, so a sign-in cannot lead there", () => {
    const reason = reasonOf("https://127.0.0.1/", policyOf({ appHost: null, signInHosts: ["127.0.0.1"] }));
    expect(reason).toContain("not a public address");
  });
});

describe("a denied port", () => {
  const denied = policyOf({
    appHost: "127.0.0.1",
    appPorts: [8080],
    deniedPorts: [8080],
    allow: ["localhost", "[::1]"],
  });

  it.each(["http://127.0.0.1:8080/", "http://localhost:8080/", "http://[::1]:8080/"])(
    "wins over every other rule: %s",
    (url) => {
      expect(ruleOf(url, denied)).toBe("refused");
    },
  );

  it("does not concern the same port of other hosts", () => {
    expect(ruleOf("https://plex.tv/")).toBe("sign-in");
  });

  it("is refused in the words of any other refusal", () => {
    const other = reasonOf("http://127.0.0.1:8081/", policyOf({ ...denied, allow: [] })).replaceAll(
      "8081",
      "8080",
    );
    expect(reasonOf("http://127.0.0.1:8080/", { ...denied, allow: [] })).toBe(other);
  });
});

describe("addresses that nobody can allow", () => {
  it.each(["169.254.169.254", "[fe80::1]", "0.0.0.0", "224.0.0.1", "[::ffff:169.254.169.254]"])(
    "%s",
    (host) => {
      expect(reasonOf(`http://${host}/`, policyOf({ allow: [host] }))).toContain("never allowed");
      expect(ruleOf(`http://${host}/`, policyOf({ appHost: host, appPorts: [80] }))).toBe("refused");
    },
  );
});

describe("a stand-in", () => {
  const mapped = policyOf({
    signInHosts: ["plex.tv"],
    originMap: [{ from: "https://plex.tv", to: "http://127.0.0.1:4000" }],
  });

  it("takes the requests of the origin it stands for, path and query kept as they are", () => {
    const decision = decideRequest("https://plex.tv/:/prefs?a=%20b", mapped);
    expect(decision).toMatchObject({ allowed: true, rule: "sign-in", scope: "local" });
    expect(decision.allowed && decision.target.href).toBe("http://127.0.0.1:4000/:/prefs?a=%20b");
  });

  it("does not open the origin it stands for, nor its own address", () => {
    expect(ruleOf("https://plex.tv/", { ...mapped, signInHosts: [] })).toBe("refused");
    expect(ruleOf("http://127.0.0.1:4000/", mapped)).toBe("refused");
  });

  it("cannot be at a denied port or a metadata address", () => {
    expect(ruleOf("https://plex.tv/", { ...mapped, deniedPorts: [4000] })).toBe("refused");
    const originMap = [{ from: "https://plex.tv", to: "http://169.254.169.254" }];
    expect(ruleOf("https://plex.tv/", { ...mapped, originMap })).toBe("refused");
  });

  it("is left out when its address cannot be read", () => {
    const decision = decideRequest("https://plex.tv/", {
      ...mapped,
      originMap: [{ from: "https://plex.tv", to: "?" }],
    });
    expect(decision.allowed && decision.target.host).toBe("plex.tv");
  });
});

it("says what was asked, what is allowed and what to do", () => {
  expect(reasonOf("http://10.0.0.9/secret?token=abc")).toBe(
    "http://10.0.0.9:80 is not among the addresses this hook may reach (the app at 192.168.1.5, port 32400; " +
      "other apps' published ports there; sign-in at https://plex.tv; allowed by an admin: nas.example, " +
      'printer.lan:631, [fd00::7]:80). Use ctx.baseUrl, or ask an admin to allow "10.0.0.9:80" ' +
      "(ports of the NAS's management and of tacklebox itself never are).",
  );
});

it("reads entries of the admin's list, and refuses what is not host or host:port", () => {
  expect(parseAllowedHost("NAS.example")).toEqual({ host: "nas.example", port: null });
  expect(parseAllowedHost("nas:8080")).toEqual({ host: "nas", port: 8080 });
  expect(parseAllowedHost("fd00::7")).toEqual({ host: "[fd00::7]", port: null });
  expect(parseAllowedHost("[fd00::7]:81")).toEqual({ host: "[fd00::7]", port: 81 });
  for (const wrong of [
    "",
    "http://nas",
    "nas/path",
    "nas:0",
    "nas:70000",
    "user@nas",
    "[zz]",
    "a b",
    "nas:",
  ]) {
    expect(parseAllowedHost(wrong), wrong).toBeNull();
  }
});

it("knows the port of an address that names none", () => {
  expect(["http://a/", "https://a/", "http://a:81/"].map((url) => portOf(new URL(url)))).toEqual([
    80, 443, 81,
  ]);
});
