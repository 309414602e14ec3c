import ipaddr from "ipaddr.js";

/**
 * How far a connection may reach: `public` addresses only, or also the machine itself and its local network,
 * because the host is the app's own or an admin named it.
 */
export type AddressScope = "public" | "local";

export type AddressVerdict = { ok: true } | { ok: false; reason: string };

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * Addresses outside the link-local range at which cloud machines serve credentials: AWS (IPv6), Alibaba Cloud,
 * Azure, Oracle Cloud, Google Cloud (IPv6); each from that provider's instance metadata documentation.
 */
const metadataAddresses = new Set([
  "fd00:ec2::254",
  "100.100.100.200",
  "168.63.129.16",
  "192.0.0.192",
  "fd20:ce::254",
]);

const localRanges = new Set(["unicast", "private", "loopback", "carrierGradeNat", "uniqueLocal"]);

/** Whether a connection to this IP address may be made; anything that is not an address may not. */
export function checkAddress(text: string, scope: AddressScope): AddressVerdict {
  const address = parseAddress(text);
  if (address === null) return { ok: false, reason: "it is not an IP address" };
  if (metadataAddresses.has(address.toString())) {
    return { ok: false, reason: "it is a machine metadata address, which is never allowed" };
  }
  const range = address.range();
  if (range === "unicast" && isGlobal(address)) return { ok: true };
  if (!localRanges.has(range)) {
    return { ok: false, reason: `it is in the ${range} range, which is never allowed` };
  }
  if (scope === "local") return { ok: true };
  return { ok: false, reason: "it is not a public address, and only public addresses are allowed here" };
}

/**
 * One spelling for each address: IPv4 hidden in IPv6 (mapped, compatible, translated, 6to4, NAT64) comes out
 * as the IPv4 address it leads to. Null when the text is not an IP address.
 */
export function canonicalAddress(text: string): string | null {
  return parseAddress(text)?.toString() ?? null;
}

/** True for 127.0.0.0/8 and ::1, however they are written. */
export function isLoopbackAddress(text: string): boolean {
  return parseAddress(text)?.range() === "loopback";
}

function parseAddress(text: string): Address | null {
  const bare = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) return ipaddr.IPv4.parse(bare);
  if (!ipaddr.IPv6.isValid(bare)) return null;
  const address = ipaddr.IPv6.parse(bare);
  return embeddedIPv4(address) ?? address;
}

function embeddedIPv4(address: ipaddr.IPv6): ipaddr.IPv4 | null {
  const [, second = 0, third = 0, , , , seventh = 0, eighth = 0] = address.parts;
  switch (address.range() as string) {
    case "ipv4Mapped":
    case "rfc6145":
    case "rfc6052":
      return toIPv4(seventh, eighth);
    case "6to4":
      return toIPv4(second, third);
    case "unicast":
      // IPv4-compatible addresses (::/96), deprecated by RFC 4291 and still understood by some stacks.
      return address.parts.slice(0, 6).every((part) => part === 0) ? toIPv4(seventh, eighth) : null;
    default:
      return null;
  }
}

function toIPv4(high: number, low: number): ipaddr.IPv4 {
  return new ipaddr.IPv4([high >> 8, high & 0xff, low >> 8, low & 0xff]);
}

/** IPv6 hands out global addresses from 2000::/3 only; the library calls everything else it does not know unicast too. */
function isGlobal(address: Address): boolean {
  return address.kind() === "ipv4" || ((address as ipaddr.IPv6).parts[0] ?? 0) >> 13 === 1;
}
