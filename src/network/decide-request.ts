import { checkAddress, isLoopbackAddress, type AddressScope } from "./check-address.ts";
import type { NetworkPolicy } from "./network-client.ts";

/** Which part of the policy lets a request through. */
export type RequestRule = "app" | "other-app" | "admin" | "sign-in";

/** What the policy says about one request or one hop of it. */
export type RequestDecision =
  | {
      allowed: true;
      rule: RequestRule;
      /** What the host's addresses may be once they are resolved. */
      scope: AddressScope;
      /** Where the connection goes: the address asked for, or the author's stand-in for its origin. */
      target: URL;
    }
  | {
      allowed: false;
      /** What was found, what is allowed, what to do. */
      reason: string;
    };

/** One entry of the admin's list, as the policy reads it. */
export interface AllowedHost {
  host: string;
  /** Null: every port that is not denied. */
  port: number | null;
}

/**
 * Decides on one request by its address alone, before any name is looked up. Everything that no rule names is
 * refused, all of it in the same words, so that a refusal tells nothing about what exists.
 */
export function decideRequest(address: string | URL, policy: NetworkPolicy): RequestDecision {
  const url = toUrl(address);
  if (url === null) return refuse("it is not a full web address; write http://host:port/path");
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    return refuse(`${url.protocol} addresses are not possible; use http: or https:`);
  }
  if (url.username !== "" || url.password !== "") {
    return refuse("it holds a user name or password; send them in an Authorization header");
  }
  const rule = selectRule(url, policy);
  if (rule === null || isDeniedPort(url, policy)) return refuse(notAllowed(url, policy));
  const scope: AddressScope = rule === "sign-in" ? "public" : "local";
  const standIn = selectStandIn(url, policy);
  if (standIn !== null) {
    if (isDeniedPort(standIn, policy)) return refuse(notAllowed(url, policy));
    return checkLiteral({ allowed: true, rule, scope: "local", target: standIn });
  }
  return checkLiteral({ allowed: true, rule, scope, target: url });
}

/** Reads `host` or `host:port` (IPv6 in brackets when a port follows); null when it is neither. */
export function parseAllowedHost(text: string): AllowedHost | null {
  const bare = /^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(text) ? `[${text}]` : text;
  const split = /^(\[[^\]]*\]|[^:/?#@\\\s]+)(?::(\d{1,5}))?$/.exec(bare);
  const host = split?.[1] === undefined ? null : normalizeHost(split[1]);
  if (host === null) return null;
  if (split?.[2] === undefined) return { host, port: null };
  const port = Number(split[2]);
  return port >= 1 && port <= 65_535 ? { host, port } : null;
}

/** The port a request goes to, named or not. */
export function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}

function toUrl(address: string | URL): URL | null {
  return typeof address === "string" ? URL.parse(address) : address;
}

function selectRule(url: URL, policy: NetworkPolicy): RequestRule | null {
  const port = portOf(url);
  if (policy.appHost !== null && url.hostname === normalizeHost(policy.appHost)) {
    if (policy.appPorts.includes(port)) return "app";
    if (policy.otherAppPorts.includes(port)) return "other-app";
  }
  const named = policy.allow.some((text) => {
    const entry = parseAllowedHost(text);
    return entry !== null && entry.host === url.hostname && (entry.port === null || entry.port === port);
  });
  if (named) return "admin";
  const isSignIn =
    url.protocol === "https:" && policy.signInHosts.some((text) => isSignInHost(text, url.hostname, port));
  return isSignIn ? "sign-in" : null;
}

function isSignInHost(text: string, hostname: string, port: number): boolean {
  const entry = parseAllowedHost(text);
  return entry !== null && entry.host === hostname && (entry.port ?? 443) === port;
}

function isDeniedPort(url: URL, policy: NetworkPolicy): boolean {
  if (!policy.deniedPorts.includes(portOf(url))) return false;
  const isApp = policy.appHost !== null && url.hostname === normalizeHost(policy.appHost);
  return isApp || url.hostname === "localhost" || isLoopbackAddress(url.hostname);
}

function selectStandIn(url: URL, policy: NetworkPolicy): URL | null {
  const entry = policy.originMap.find(({ from }) => URL.parse(from)?.origin === url.origin);
  const origin = entry === undefined ? null : URL.parse(entry.to);
  if (origin === null) return null;
  const target = new URL(url);
  target.protocol = origin.protocol;
  target.hostname = origin.hostname;
  target.port = origin.port;
  return target;
}

function checkLiteral(decision: RequestDecision & { allowed: true }): RequestDecision {
  const { hostname } = decision.target;
  if (!/^(\[.*\]|[\d.]+)$/.test(hostname)) return decision;
  const verdict = checkAddress(hostname, decision.scope);
  return verdict.ok ? decision : refuse(`${hostname} cannot be reached: ${verdict.reason}`);
}

function normalizeHost(host: string): string | null {
  const bracketed = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return URL.parse(`http://${bracketed}/`)?.hostname ?? null;
}

function refuse(reason: string): RequestDecision {
  return { allowed: false, reason };
}

function notAllowed(url: URL, policy: NetworkPolicy): string {
  const port = portOf(url);
  const allowed = describeAllowed(policy);
  return (
    `${url.protocol}//${url.hostname}:${port} is not among the addresses this hook may reach ` +
    `(${allowed.length === 0 ? "none" : allowed.join("; ")}). ` +
    `Use ctx.baseUrl, or ask an admin to allow "${url.hostname}:${port}" (ports of the NAS's management and of tacklebox itself never are).`
  );
}

function describeAllowed(policy: NetworkPolicy): string[] {
  const parts: string[] = [];
  if (policy.appHost !== null && policy.appPorts.length > 0) {
    parts.push(`the app at ${policy.appHost}, port ${policy.appPorts.join(", ")}`);
  }
  if (policy.appHost !== null && policy.otherAppPorts.length > 0)
    parts.push("other apps' published ports there");
  if (policy.signInHosts.length > 0) {
    parts.push(`sign-in at ${policy.signInHosts.map((host) => `https://${host}`).join(", ")}`);
  }
  if (policy.allow.length > 0) parts.push(`allowed by an admin: ${policy.allow.join(", ")}`);
  return parts;
}
