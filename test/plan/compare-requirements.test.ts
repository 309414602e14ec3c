import { describe, expect, it } from "vitest";
import type { NasApp, NasFacts } from "../../src/nas/nas-driver.ts";
import { compareRequirements } from "../../src/plan/compare-requirements.ts";
import type { InstallScript } from "../../src/schema/install-script.ts";

const facts: NasFacts = {
  lanIp: "192.168.1.5",
  hostId: "host",
  memoryMb: 4096,
  locations: { Media: "/mnt/media" },
  gpus: [],
  installedApps: ["shelf"],
  managementPorts: [443],
};
const apps: NasApp[] = [{ name: "shelf", state: "RUNNING", version: "1.0.0", custom: false, ports: [8080] }];

function metOf(requirements: NonNullable<InstallScript["requirements"]>, more: Partial<NasFacts> = {}) {
  const views = compareRequirements({ version: 5, requirements }, "notes", {
    facts: { ...facts, ...more },
    apps,
  });
  return views.map(({ what, isMet, text }) => [what, isMet, text]);
}

describe("requirements held against the NAS", () => {
  it("has locations that are configured, and those that are not", () => {
    expect(metOf({ locations: ["Media", "Photos"] })).toEqual([
      ["Media", true, "Location Media is configured."],
      ["Photos", false, "Location Photos is not configured; choose a folder for it."],
    ]);
  });

  it("compares memory, sees a GPU, and says what it cannot know", () => {
    expect(metOf({ specifications: ["500MBRAM", "8gbram", "2CORE", "GPU"] })).toEqual([
      ["500MBRAM", true, "500 MB of memory are needed; the NAS has 4096 MB."],
      ["8gbram", false, "8192 MB of memory are needed; the NAS has 4096 MB."],
      ["2CORE", null, "2CORE: the NAS does not say what it has."],
      ["GPU", false, "There is no GPU."],
    ]);
    const gpus: NasFacts["gpus"] = [{ vendor: "intel", pciSlot: "0", driverReady: true }];
    expect(metOf({ specifications: ["GPU"] }, { gpus })).toEqual([["GPU", true, "There is a GPU."]]);
  });

  it("tells of permissions in plain words", () => {
    expect(metOf({ permissions: ["READ_WRITE_LOCATIONS", "OTHER"] })).toEqual([
      ["READ_WRITE_LOCATIONS", null, "The app reads and writes in the locations it uses."],
      ["OTHER", null, "The app asks for OTHER."],
    ]);
  });

  it("finds ports that somebody has, but not the app itself", () => {
    expect(metOf({ ports: [80, 443, 8080] })).toEqual([
      ["80", true, "Port 80 is free."],
      ["443", false, "Port 443 is in use by the NAS's own management."],
      ["8080", false, 'Port 8080 is in use by app "shelf".'],
    ]);
    const own = compareRequirements({ version: 5, requirements: { ports: [8080] } }, "shelf", {
      facts,
      apps,
    });
    expect(own).toMatchObject([{ kind: "port", isMet: true }]);
  });

  it("is empty for a script that needs nothing", () => {
    expect(compareRequirements({ version: 5 }, "notes", { facts, apps })).toEqual([]);
  });
});
