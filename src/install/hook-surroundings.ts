import type { JsonObject } from "../json.ts";
import type { NetworkPolicy } from "../network/network-client.ts";
import type { GuestContextData } from "../runtime/protocol.ts";
import type { HookTaskRecord } from "../task/hook-task.ts";
import { signInHosts } from "../inputs/pin-sign-in.ts";
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
  const own = apps.find((app) => app.name === record.appName);
  const others = apps.filter((app) => app.name !== record.appName);
  const declared = record.declaredPort === null ? [] : [record.declaredPort];
  return {
    appHost: facts.lanIp,
    // An app on the host's network publishes none; `ctx.port` is the declared one then.
    appPorts: own === undefined || own.ports.length === 0 ? declared : own.ports,
    otherAppPorts: runtime.network.allowOtherApps ? others.flatMap((app) => app.ports) : [],
    deniedPorts: [...facts.managementPorts, ...runtime.network.deniedPorts],
    signInHosts: (record.hook.inputs ?? []).flatMap((input) =>
      input.type === "oauth" ? signInHosts(input) : [],
    ),
    allow: runtime.network.allow,
    originMap: runtime.network.originMap,
  };
}
