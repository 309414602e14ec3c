import type { JsonObject } from "../json.ts";
import type { NasApp, NasFacts } from "../nas/nas-driver.ts";
import type { NetworkPolicy } from "../network/network-client.ts";
import type { GuestContextData } from "../runtime/protocol.ts";
import type { HookTaskRecord } from "../task/hook-task.ts";
import { signInHosts } from "../inputs/pin-sign-in.ts";
import type { HookInput } from "../schema/install-script.ts";
import type { NetworkSettings } from "./network-settings.ts";
import type { Runtime } from "./runtime.ts";

/** What a hook finds around it when its attempt begins: the data of `ctx`. */
export async function describeApp(
  runtime: Runtime,
  record: HookTaskRecord,
  inputs: JsonObject,
): Promise<GuestContextData> {
  const [facts, app] = await Promise.all([runtime.nas.facts(), runtime.nas.getApp(record.appName)]);
  const port = app?.ports[0] ?? record.declaredPort ?? undefined;
  const host = facts.lanIp;
  return {
    resourceType: "app",
    resourceId: record.appName,
    event: record.hook.event,
    ...(record.operation === "upgrade" && record.fromVersion !== null
      ? { fromVersion: record.fromVersion }
      : {}),
    ...(record.toVersion === null ? {} : { toVersion: record.toVersion }),
    host,
    ...(port === undefined ? {} : { port }),
    baseUrl: port === undefined ? "" : `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    inputs,
  };
}

/** Who this hook may reach, as the NAS stands now. */
export async function policyFor(runtime: Runtime, record: HookTaskRecord): Promise<NetworkPolicy> {
  const [facts, apps] = await Promise.all([runtime.nas.facts(), runtime.nas.listApps()]);
  const { appName, declaredPort, hook } = record;
  return policyOf({ appName, declaredPort, inputs: hook.inputs ?? [] }, { facts, apps }, runtime.network);
}

/** What decides on who a hook may reach, besides the admin's settings. */
export interface ReachingHook {
  appName: string;
  declaredPort: number | null;
  inputs: readonly HookInput[];
}

export function policyOf(
  hook: ReachingHook,
  { facts, apps }: { facts: NasFacts; apps: readonly NasApp[] },
  network: NetworkSettings,
): NetworkPolicy {
  const own = apps.find((app) => app.name === hook.appName);
  const others = apps.filter((app) => app.name !== hook.appName);
  const declared = hook.declaredPort === null ? [] : [hook.declaredPort];
  return {
    appHost: facts.lanIp,
    // An app on the host's network publishes none; `ctx.port` is the declared one then.
    appPorts: own === undefined || own.ports.length === 0 ? declared : own.ports,
    otherAppPorts: network.allowOtherApps ? others.flatMap((app) => app.ports) : [],
    deniedPorts: [...facts.managementPorts, ...network.deniedPorts],
    signInHosts: hook.inputs.flatMap((input) => (input.type === "oauth" ? signInHosts(input) : [])),
    allow: network.allow,
    originMap: network.originMap,
  };
}
