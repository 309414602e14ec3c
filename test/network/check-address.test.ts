import { describe, expect, it } from "vitest";
import { canonicalAddress, checkAddress, isLoopbackAddress } from "../../src/network/check-address.ts";

describe("an address that is never allowed", () => {
  it.each([
    ["link-local", "169.254.1.1"],
    ["the metadata service", "169.254.169.254"],
    ["link-local IPv6", "fe80::1"],
    ["link-local IPv6 with a zone", "fe80::1%eth0"],
    ["Alibaba metadata", "100.100.100.200"],
    ["AWS metadata over IPv6", "fd00:ec2::254"],
    ["AWS metadata over IPv6, written out", "fd00:0ec2:0000:0000:0000:0000:0000:0254"],
    ["Azure's host agent", "168.63.129.16"],
    ["Oracle metadata", "192.0.0.192"],
    ["Google metadata over IPv6", "fd20:ce::254"],
    ["unspecified", "0.0.0.0"],
    ["this network", "0.1.2.3"],
    ["unspecified IPv6", "::"],
    ["broadcast", "255.255.255.255"],
    ["multicast", "224.0.0.1"],
    ["multicast IPv6", "ff02::1"],
    ["reserved", "240.0.0.1"],
    ["documentation", "203.0.113.7"],
    ["Teredo", "2001::1"],
    ["discard-only", "100::1"],
    ["metadata mapped into IPv6", "::ffff:169.254.169.254"],
    ["metadata as an IPv4-compatible address", "::169.254.169.254"],
    ["metadata as an IPv4-compatible address in hex", "::a9fe:a9fe"],
    ["metadata through 6to4", "2002:a9fe:a9fe::1"],
    ["metadata through NAT64", "64:ff9b::a9fe:a9fe"],
    ["metadata translated", "::ffff:0:169.254.169.254"],
    ["not an address", "example.com"],
    ["an address in octal", "0177.0.0.1"],
    ["an empty text", ""],
  ])("%s: %s", (_what, address) => {
    expect(checkAddress(address, "local").ok).toBe(false);
    expect(checkAddress(address, "public").ok).toBe(false);
  });
});

describe("an address of the machine or its local network", () => {
  it.each([
    "127.0.0.1",
    "127.255.0.9",
    "::1",
    "[::1]",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.10",
    "100.64.0.1",
    "fd12:3456::1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::7f00:1",
    "2002:7f00:1::",
    "64:ff9b::192.168.1.1",
  ])("is allowed only where local addresses are: %s", (address) => {
    expect(checkAddress(address, "local")).toEqual({ ok: true });
    expect(checkAddress(address, "public")).toMatchObject({
      ok: false,
      reason: expect.stringContaining("not a public"),
    });
  });
});

it.each(["93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34", "2002:5db8:d822::1"])(
  "a public address is allowed everywhere: %s",
  (address) => {
    expect(checkAddress(address, "public")).toEqual({ ok: true });
  },
);

it("IPv6 addresses outside the range that is handed out are not public", () => {
  expect(checkAddress("4000::1", "public").ok).toBe(false);
});

it("gives each address one spelling, and IPv4 hidden in IPv6 as IPv4", () => {
  expect(canonicalAddress("[::FFFF:127.0.0.1]")).toBe("127.0.0.1");
  expect(canonicalAddress("2606:4700:0:0:0:0:0:1111")).toBe("2606:4700::1111");
  expect(canonicalAddress("truenas.local")).toBeNull();
});

it("knows loopback however it is written", () => {
  expect(["127.1.2.3", "::1", "::ffff:127.0.0.1"].every(isLoopbackAddress)).toBe(true);
  expect(["10.0.0.1", "localhost"].some(isLoopbackAddress)).toBe(false);
});
