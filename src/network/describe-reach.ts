import type { RequestRule } from "./decide-request.ts";
import type { NetworkPolicy } from "./network-client.ts";

/** One thing a hook may reach: as data, and in plain words. */
export interface Reach {
  rule: RequestRule;
  /** `host` or `host:port`; of a sign-in the `https` origin. */
  what: string;
  text: string;
}

/**
 * What the policy lets a hook reach, and nothing else. Before its app is installed, the app's ports are those the script
 * declares; whatever it publishes then is added.
 */
export function describeReach(
  policy: NetworkPolicy,
  { isInstalled, allowOtherApps }: { isInstalled: boolean; allowOtherApps: boolean },
): Reach[] {
  const { appHost } = policy;
  return [
    ...(appHost === null ? [] : [ownApp(appHost, policy.appPorts, isInstalled)]),
    ...(appHost === null || !allowOtherApps ? [] : [otherApps(appHost, policy.otherAppPorts)]),
    ...policy.signInHosts.map((host): Reach => ({
      rule: "sign-in",
      what: `https://${host}`,
      text: `https://${host}, to sign the user in`,
    })),
    ...policy.allow.map((host): Reach => ({
      rule: "admin",
      what: host,
      text: `${host}, allowed by an admin`,
    })),
  ];
}

function ownApp(host: string, ports: readonly number[], isInstalled: boolean): Reach {
  const known = ports.length === 0 ? "" : `, port ${ports.join(", ")}`;
  const later = isInstalled
    ? ""
    : ports.length === 0
      ? ", on the ports it will publish"
      : " or what it will publish";
  const what = ports.length === 1 ? `${bracketed(host)}:${ports[0]}` : host;
  return { rule: "app", what, text: `its own app at ${host}${known}${later}` };
}

function otherApps(host: string, ports: readonly number[]): Reach {
  const now = ports.length === 0 ? "none now" : ports.toSorted((a, b) => a - b).join(", ");
  return { rule: "other-app", what: host, text: `ports that other apps publish at ${host} (${now})` };
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
