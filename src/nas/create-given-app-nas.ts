import { TackleboxError } from "../errors.ts";
import type { NasApp, NasDriver } from "./nas-driver.ts";
import { resolveSimulatedNasOptions } from "./simulated/simulated-nas-options.ts";

export interface GivenAppNasOptions {
  appName: string;
  /** Address at which hooks find the app. */
  host: string;
  port: number;
  version: string;
}

/**
 * A NAS that knows one app, already there and running: `tacklebox run --host` runs hooks against an app that somebody
 * else started. Nothing can be installed or upgraded on it; apart from the app its facts are the simulated NAS's.
 */
export function createGivenAppNas(options: GivenAppNasOptions): NasDriver {
  const { facts } = resolveSimulatedNasOptions({});
  const app: NasApp = {
    name: options.appName,
    state: "RUNNING",
    version: options.version,
    custom: false,
    ports: [options.port],
  };
  const refuse = (): never => {
    throw new TackleboxError(
      "APP_UNKNOWN",
      `"${options.appName}" at ${options.host}:${options.port} was given with --host: it can be neither installed nor ` +
        "upgraded from here, only its hooks can be run. Leave --host out to use the simulated NAS.",
    );
  };
  return {
    // The hook reaches the given port and nothing else there, whatever other services that address has.
    facts: async () => ({
      ...facts,
      lanIp: options.host,
      installedApps: [options.appName],
      managementPorts: facts.managementPorts.filter((port) => port !== options.port),
    }),
    ensureDirectory: async () => refuse(),
    startCreateApp: async () => refuse(),
    startUpgradeApp: async () => refuse(),
    followJob: async () => refuse(),
    findJob: async () => null,
    getApp: async (name) => (name === app.name ? structuredClone(app) : null),
    listApps: async () => [structuredClone(app)],
    watchApp: async (name, onChange, signal) => {
      if (signal.aborted) return;
      if (name === app.name) onChange(structuredClone(app));
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    },
    close: async () => {},
  };
}
