import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSimulatedNas } from "../../src/nas/create-simulated-nas.ts";
import type { NasApp, NasJobProgress } from "../../src/nas/nas-driver.ts";
import type { SimulatedNas } from "./support/nas-fixture.ts";
import { createRequest, install, untilState } from "./support/nas-fixture.ts";
import { createManualClock, type ManualClock } from "../support/manual-clock.ts";

let clock: ManualClock;
let nas: SimulatedNas;

beforeEach(async () => {
  clock = createManualClock();
  nas = await createSimulatedNas({ clock, catalog: { shelf: ["1.0.0", "1.1.0", "2.0.0"] } });
});
afterEach(() => nas.close());

describe("app.create", () => {
  it("answers with a reference at once and shows the milestones of TrueNAS in order", async () => {
    const ref = await nas.startCreateApp(createRequest("shelf"));
    expect(ref).toEqual({ id: 1, method: "app.create", appName: "shelf", startedAt: clock.now() });
    expect(await nas.getApp("shelf")).toBeNull();
    const progress: NasJobProgress[] = [];
    const result = await clock.runUntil(nas.followJob(ref, (one) => progress.push(one)));
    expect(progress).toEqual([
      { percent: 25, text: "Initial Validation completed" },
      { percent: 60, text: "App installation in progress, pulling images" },
      { percent: 100, text: "'shelf' installed successfully" },
    ]);
    expect(result).toMatchObject({ state: "SUCCESS", app: { name: "shelf", version: "1.0.0" } });
  });

  it("succeeds while the app is still DEPLOYING, which becomes RUNNING later", async () => {
    const { result } = await install(nas, clock, createRequest("shelf"));
    expect(result).toMatchObject({ state: "SUCCESS", app: { state: "DEPLOYING" } });
    const states: NasApp["state"][] = [];
    const watching = new AbortController();
    const watch = nas.watchApp("shelf", (app) => states.push(app.state), watching.signal);
    await clock.runUntil(untilState(nas, "shelf", "RUNNING"));
    watching.abort();
    await watch;
    expect(states).toEqual(["DEPLOYING", "RUNNING"]);
  });

  it("takes the newest version of the catalog for latest", async () => {
    await install(nas, clock, createRequest("shelf", { version: "latest" }));
    expect(await nas.getApp("shelf")).toMatchObject({ version: "2.0.0" });
  });

  it("cleans up after a failure, so that the name is free again", async () => {
    nas.failNext("app.create", {
      at: 60,
      code: "EFAULT",
      message: "[EFAULT] Failed 'up' action for 'shelf' app.",
    });
    const { result, progress } = await install(nas, clock, createRequest("shelf"));
    expect(result).toEqual({
      state: "FAILED",
      error: { code: "EFAULT", message: "[EFAULT] Failed 'up' action for 'shelf' app." },
    });
    expect(progress.at(-1)).toEqual({
      percent: 80,
      text: "Failure occurred while installing 'shelf', cleaning up",
    });
    expect(await nas.getApp("shelf")).toBeNull();
    expect((await install(nas, clock, createRequest("shelf"))).result).toMatchObject({ state: "SUCCESS" });
  });

  it("leaves no app behind when validation fails", async () => {
    nas.failNext("app.create", { at: 25, code: "EINVAL", message: "[EINVAL] bad values" });
    const { result, progress } = await install(nas, clock, createRequest("shelf"));
    expect(result.state).toBe("FAILED");
    expect(progress.map(({ percent }) => percent)).toEqual([25, 80]);
    expect(await nas.listApps()).toEqual([]);
  });

  it("fails when the app is removed while it is being installed", async () => {
    const ref = await nas.startCreateApp(createRequest("shelf"));
    const following = nas.followJob(ref, ({ percent }) => {
      if (percent === 60) void nas.deleteApp("shelf");
    });
    expect(await clock.runUntil(following)).toMatchObject({ state: "FAILED", error: { code: "ENOENT" } });
  });

  it("goes on when the one who follows it gives up", async () => {
    const ref = await nas.startCreateApp(createRequest("shelf"));
    const giveUp = new AbortController();
    const following = nas.followJob(ref, () => {}, giveUp.signal);
    giveUp.abort(new Error("tired"));
    await expect(following).rejects.toThrow("tired");
    expect(await clock.runUntil(nas.followJob(ref, () => {}))).toMatchObject({ state: "SUCCESS" });
  });

  it("tells one who follows late the last milestone and the result", async () => {
    const { ref } = await install(nas, clock, createRequest("shelf"));
    const progress: number[] = [];
    const result = await nas.followJob(ref, ({ percent }) => progress.push(percent));
    expect(progress).toEqual([100]);
    expect(result).toMatchObject({ state: "SUCCESS", app: { state: "DEPLOYING" } });
  });
});

describe("app.upgrade", () => {
  beforeEach(async () => {
    await install(nas, clock, createRequest("shelf", { values: { a: { x: 1, y: 1 }, b: 1 } }));
    await clock.runUntil(untilState(nas, "shelf", "RUNNING"));
  });

  it("replaces whole top-level values, keeps the others and records the new version", async () => {
    const ref = await nas.startUpgradeApp({ appName: "shelf", version: "1.1.0", values: { a: { x: 2 } } });
    const progress: NasJobProgress[] = [];
    const result = await clock.runUntil(nas.followJob(ref, (one) => progress.push(one)));
    expect(progress).toEqual([
      { percent: 25, text: "Validating 'shelf' app upgrade to '1.1.0' version" },
      { percent: 60, text: "Configuration updated for 'shelf', upgrading app" },
      { percent: 100, text: "'shelf' upgraded successfully" },
    ]);
    expect(result).toMatchObject({ state: "SUCCESS", app: { state: "DEPLOYING", version: "1.1.0" } });
    expect(nas.appValues("shelf")).toEqual({ a: { x: 2 }, b: 1 });
    await clock.runUntil(untilState(nas, "shelf", "RUNNING"));
  });

  it("leaves the old version STOPPED when the migration fails", async () => {
    nas.failNext("app.upgrade", { at: 25, code: "EFAULT", message: "[EFAULT] migration" });
    const ref = await nas.startUpgradeApp({ appName: "shelf", version: "2.0.0", values: {} });
    expect(await clock.runUntil(nas.followJob(ref, () => {}))).toMatchObject({ state: "FAILED" });
    expect(await nas.getApp("shelf")).toMatchObject({ state: "STOPPED", version: "1.0.0" });
  });

  it("leaves the new version CRASHED when its containers do not come up", async () => {
    nas.failNext("app.upgrade", { at: 60, code: "EFAULT", message: "[EFAULT] up" });
    const ref = await nas.startUpgradeApp({ appName: "shelf", version: "latest", values: {} });
    expect(await clock.runUntil(nas.followJob(ref, () => {}))).toMatchObject({ state: "FAILED" });
    expect(await nas.getApp("shelf")).toMatchObject({ state: "CRASHED", version: "2.0.0" });
  });

  it("fails when the app is removed meanwhile", async () => {
    const ref = await nas.startUpgradeApp({ appName: "shelf", version: "latest", values: {} });
    await nas.deleteApp("shelf");
    expect(await clock.runUntil(nas.followJob(ref, () => {}))).toMatchObject({
      state: "FAILED",
      error: { code: "ENOENT" },
    });
  });

  it("moves the app to other ports when its values declare others", async () => {
    const before = await nas.getApp("shelf");
    const values = { network: { web_port: { port_number: 8080 }, api: { port_number: 8081 } } };
    const ref = await nas.startUpgradeApp({ appName: "shelf", version: "latest", values });
    await clock.runUntil(nas.followJob(ref, () => {}));
    await clock.runUntil(untilState(nas, "shelf", "RUNNING"));
    const after = await nas.getApp("shelf");
    expect(before?.ports).toHaveLength(1);
    expect(after?.ports).toHaveLength(2);
  });
});

describe("finding jobs again", () => {
  it("finds the newest job of a method for an app", async () => {
    expect(await nas.findJob("app.create", "shelf")).toBeNull();
    nas.failNext("app.create", { at: 25, code: "EFAULT", message: "no" });
    await install(nas, clock, createRequest("shelf"));
    const { ref } = await install(nas, clock, createRequest("shelf"));
    expect(ref.id).toBe(2);
    expect(await nas.findJob("app.create", "shelf")).toEqual(ref);
    expect(await nas.findJob("app.upgrade", "shelf")).toBeNull();
    expect(await nas.findJob("app.create", "other")).toBeNull();
  });

  it("refuses a reference from before a restart of the NAS, although its id is in use again", async () => {
    const { ref } = await install(nas, clock, createRequest("shelf"));
    nas.forgetJobs();
    expect(await nas.findJob("app.create", "shelf")).toBeNull();
    const other = await nas.startCreateApp(createRequest("other"));
    expect(other.id).toBe(ref.id);
    await expect(nas.followJob(ref, () => {})).rejects.toMatchObject({ code: "NAS_JOB_UNKNOWN" });
    nas.forgetJobs();
    await nas.deleteApp("shelf");
    await clock.runUntil(nas.followJob(other, () => {}));
    nas.forgetJobs();
    const again = await nas.startCreateApp(createRequest("shelf"));
    expect(again).toMatchObject({ id: ref.id, method: ref.method, appName: ref.appName });
    await expect(nas.followJob(ref, () => {})).rejects.toMatchObject({ code: "NAS_JOB_UNKNOWN" });
  });

  it("keeps a running job through forgetJobs", async () => {
    const ref = await nas.startCreateApp(createRequest("shelf"));
    nas.forgetJobs();
    expect(await clock.runUntil(nas.followJob(ref, () => {}))).toMatchObject({ state: "SUCCESS" });
  });

  it("remembers the last thousand jobs", async () => {
    for (let count = 0; count < 1001; count += 1) await nas.startCreateApp(createRequest(`app-${count}`));
    expect(await nas.findJob("app.create", "app-0")).toBeNull();
    expect(await nas.findJob("app.create", "app-1")).toMatchObject({ id: 2 });
    expect(await nas.findJob("app.create", "app-1000")).toMatchObject({ id: 1001 });
  });
});
