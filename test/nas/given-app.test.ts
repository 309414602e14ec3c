import { expect, it } from "vitest";
import { createGivenAppNas } from "../../src/nas/create-given-app-nas.ts";
import type { NasApp } from "../../src/nas/nas-driver.ts";

const nas = createGivenAppNas({ appName: "plex", host: "192.0.2.7", port: 443, version: "1.2.3" });
const app: NasApp = { name: "plex", state: "RUNNING", version: "1.2.3", custom: false, ports: [443] };

it("knows one app, running at the given address", async () => {
  expect(await nas.facts()).toMatchObject({ lanIp: "192.0.2.7", installedApps: ["plex"] });
  expect(await nas.listApps()).toEqual([app]);
  expect(await nas.getApp("plex")).toEqual(app);
  expect(await nas.getApp("other")).toBeNull();
  expect(await nas.findJob("app.create", "plex")).toBeNull();
});

it("does not keep the app's own port for the management of the NAS", async () => {
  expect((await nas.facts()).managementPorts).toEqual([80]);
});

it("shows the app to whoever watches it, until told to stop", async () => {
  const stop = new AbortController();
  const seen: NasApp[] = [];
  const watching = nas.watchApp("plex", (one) => seen.push(one), stop.signal);
  expect(seen).toEqual([app]);
  stop.abort();
  await watching;
  await nas.watchApp("plex", (one) => seen.push(one), stop.signal);
  expect(seen).toHaveLength(1);
});

it("refuses to install, upgrade or make folders, and says why", async () => {
  const request = { appName: "plex", version: "2.0.0", values: {} };
  const create = { ...request, catalogApp: "plex", train: "stable", custom: false };
  const refusal =
    /"plex" at 192\.0\.2\.7:443 was given with --host: it can be neither installed nor upgraded/;
  await expect(nas.startCreateApp(create)).rejects.toThrow(refusal);
  await expect(nas.startUpgradeApp(request)).rejects.toThrow(refusal);
  await expect(nas.ensureDirectory({ path: "/mnt/x" })).rejects.toThrow(refusal);
  const ref = { id: 1, method: "app.create", appName: "plex", startedAt: 0 } as const;
  await expect(nas.followJob(ref, () => {})).rejects.toMatchObject({ code: "APP_UNKNOWN" });
  await nas.close();
});
