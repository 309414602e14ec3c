import { existsSync } from "node:fs";
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSimulatedNas } from "../../src/nas/create-simulated-nas.ts";
import { createManualClock, type ManualClock } from "../support/manual-clock.ts";
import { createRequest, install, type SimulatedNas, untilState } from "./support/nas-fixture.ts";

let clock: ManualClock;
let nas: SimulatedNas;

beforeEach(async () => {
  clock = createManualClock();
  nas = await createSimulatedNas({ clock });
});
afterEach(() => nas.close());

describe("facts", () => {
  it("name the locations, the memory and the installed apps, sorted", async () => {
    await install(nas, clock, createRequest("zeta"));
    await install(nas, clock, createRequest("alpha"));
    const facts = await nas.facts();
    expect(facts).toMatchObject({ lanIp: "127.0.0.1", installedApps: ["alpha", "zeta"], memoryMb: 16_384 });
    expect(facts.locations["ApplicationsPerformance"]).toBe("/mnt/fast/applications");
  });

  it("can be set, and are not shared with who reads them", async () => {
    const gpus = [{ vendor: "intel" as const, pciSlot: "0000:00:02.0", driverReady: true }];
    const other = await createSimulatedNas({ clock, facts: { memoryMb: 512, gpus } });
    try {
      (await other.facts()).gpus.length = 0;
      const facts = await other.facts();
      expect(facts).toMatchObject({ memoryMb: 512, lanIp: "127.0.0.1" });
      expect(facts.gpus.map(({ vendor }) => vendor)).toEqual(["intel"]);
    } finally {
      await other.close();
    }
  });
});

describe("directories", () => {
  it("are made below the root, with parents, as often as asked", async () => {
    const folder = { path: "/mnt/tank/media/movies/", owner: { user: "apps" }, snapshotId: "media" };
    await nas.ensureDirectory(folder);
    await nas.ensureDirectory(folder);
    await nas.ensureDirectory({ path: "/mnt/tank/media" });
    expect((await lstat(nas.localPath("/mnt/tank/media/movies"))).isDirectory()).toBe(true);
    expect(nas.directories()).toEqual([
      { path: "/mnt/tank/media/movies/", owner: { user: "apps" }, snapshotId: "media" },
      { path: "/mnt/tank/media", owner: null, snapshotId: null },
    ]);
  });

  it.each([
    "/etc/passwd",
    "mnt/tank",
    "/mnt",
    "/mnt/../etc",
    "/mnt/tank/../../../x",
    "/mnt/./x",
    "/mnt/a\0b",
    "",
  ])("refuses the path %j", async (folder) => {
    await expect(nas.ensureDirectory({ path: folder })).rejects.toMatchObject({
      code: "DIRECTORY_REFUSED",
      message: expect.stringContaining(JSON.stringify(folder)),
    });
    expect(nas.directories()).toEqual([]);
  });

  it("refuses a path through a link or a file, and makes nothing behind the link", async () => {
    const outside = await mkdtemp(path.join(tmpdir(), "tacklebox-outside-"));
    try {
      await nas.ensureDirectory({ path: "/mnt/tank" });
      await symlink(outside, nas.localPath("/mnt/tank/link"));
      await writeFile(nas.localPath("/mnt/tank/file"), "");
      for (const folder of ["/mnt/tank/link/x", "/mnt/tank/file", "/mnt/tank/file/x"]) {
        await expect(nas.ensureDirectory({ path: folder })).rejects.toMatchObject({
          code: "DIRECTORY_REFUSED",
        });
      }
      expect(existsSync(path.join(outside, "x"))).toBe(false);
    } finally {
      await rm(outside, { recursive: true });
    }
  });

  it("passes on what the machine refuses", async () => {
    const folder = `/mnt/${"x".repeat(300)}`;
    await expect(nas.ensureDirectory({ path: folder })).rejects.toMatchObject({ code: "ENAMETOOLONG" });
  });

  it("are removed with the NAS when the root was temporary, and kept when it was given", async () => {
    await nas.ensureDirectory({ path: "/mnt/tank" });
    const temporary = nas.localPath("/mnt/tank");
    await nas.close();
    expect(existsSync(temporary)).toBe(false);
    const rootDir = await mkdtemp(path.join(tmpdir(), "tacklebox-root-"));
    const other = await createSimulatedNas({ clock, rootDir });
    await other.ensureDirectory({ path: "/mnt/tank" });
    await other.close();
    expect(existsSync(path.join(rootDir, "mnt", "tank"))).toBe(true);
    await rm(rootDir, { recursive: true });
  });
});

describe("the link to the NAS", () => {
  it("fails each call and each watch while it is down, and jobs go on meanwhile", async () => {
    await install(nas, clock, createRequest("shelf"));
    const ref = await nas.startCreateApp(createRequest("other"));
    const watching = nas.watchApp("shelf", () => {}, new AbortController().signal);
    const following = nas.followJob(ref, () => {});
    nas.setReachable(false);
    const unreachable = { code: "NAS_UNREACHABLE", message: expect.stringContaining("off the network") };
    await expect(watching).rejects.toMatchObject(unreachable);
    await expect(following).rejects.toMatchObject(unreachable);
    const calls: (() => Promise<unknown>)[] = [
      () => nas.facts(),
      () => nas.listApps(),
      () => nas.getApp("shelf"),
      () => nas.findJob("app.create", "shelf"),
      () => nas.followJob(ref, () => {}),
      () => nas.watchApp("shelf", () => {}, new AbortController().signal),
      () => nas.startCreateApp(createRequest("third")),
      () => nas.startUpgradeApp({ appName: "shelf", version: "2.0.0", values: {} }),
      () => nas.ensureDirectory({ path: "/mnt/tank" }),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject(unreachable);
    clock.advance(1000);
    nas.setReachable(true);
    expect(await clock.runUntil(nas.followJob(ref, () => {}))).toMatchObject({ state: "SUCCESS" });
  });

  it("ends a watch quietly when its signal aborts, also before it began", async () => {
    const watching = new AbortController();
    const watch = nas.watchApp("shelf", () => {}, watching.signal);
    watching.abort();
    await watch;
    await nas.watchApp("shelf", () => expect.unreachable(), AbortSignal.abort());
  });

  it("tells a watcher nothing any more once it has given up", async () => {
    await install(nas, clock, createRequest("shelf"));
    const watching = new AbortController();
    const states: string[] = [];
    const watch = nas.watchApp("shelf", ({ state }) => states.push(state), watching.signal);
    watching.abort();
    await watch;
    await clock.runUntil(untilState(nas, "shelf", "RUNNING"));
    expect(states).toEqual(["DEPLOYING"]);
  });

  it("shows an app that is installed only after the watch began", async () => {
    const running = untilState(nas, "shelf", "RUNNING");
    await nas.startCreateApp(createRequest("shelf"));
    expect(await clock.runUntil(running)).toMatchObject({ name: "shelf" });
  });

  it("passes on what the watcher throws", async () => {
    await install(nas, clock, createRequest("shelf"));
    const watch = nas.watchApp(
      "shelf",
      () => {
        throw new Error("not interested");
      },
      new AbortController().signal,
    );
    await expect(watch).rejects.toThrow("not interested");
  });
});

describe("close", () => {
  it("cuts watches, stops apps and leaves no timer behind", async () => {
    await install(nas, clock, createRequest("shelf"));
    const app = await clock.runUntil(untilState(nas, "shelf", "RUNNING"));
    await nas.startCreateApp(createRequest("half"));
    await install(nas, clock, createRequest("starting"));
    const watch = nas.watchApp("shelf", () => {}, new AbortController().signal);
    expect(clock.sleepers()).toBeGreaterThan(0);
    await Promise.all([
      expect(watch).rejects.toMatchObject({ message: expect.stringContaining("closed") }),
      nas.close(),
    ]);
    expect(clock.sleepers()).toBe(0);
    await expect(fetch(`http://127.0.0.1:${app.ports[0]}`)).rejects.toThrow("fetch failed");
    await expect(nas.facts()).rejects.toMatchObject({ code: "NAS_UNREACHABLE" });
    await nas.close();
  });
});

describe("a NAS with a state folder", () => {
  let stateDir: string;
  beforeEach(async () => {
    stateDir = await mkdtemp(path.join(tmpdir(), "tacklebox-state-"));
  });
  afterEach(async () => {
    await rm(stateDir, { recursive: true });
  });

  const open = (): Promise<SimulatedNas> =>
    createSimulatedNas({
      clock,
      stateDir,
      behaviours: {
        shelf: (request, state) => {
          if (request.path !== "/add") return null;
          state.data["added"] = Number(state.data["added"] ?? 0) + 1;
          return { status: 201 };
        },
      },
    });

  it("finds its apps answering again at their ports, with their data, jobs and folders", async () => {
    const first = await open();
    await first.ensureDirectory({ path: "/mnt/tank/shelf" });
    const { ref } = await install(first, clock, createRequest("shelf", { values: { secret: "s" } }));
    const app = await clock.runUntil(untilState(first, "shelf", "RUNNING"));
    await fetch(`http://127.0.0.1:${app.ports[0]}/add`, { method: "POST" });
    await first.close();

    const second = await open();
    expect(await second.getApp("shelf")).toEqual(app);
    await fetch(`http://127.0.0.1:${app.ports[0]}/add`, { method: "POST" });
    expect(second.appData("shelf")).toEqual({ added: 2 });
    expect(second.requests("shelf").map(({ path: where }) => where)).toEqual(["/add"]);
    expect(await second.findJob("app.create", "shelf")).toEqual(ref);
    expect(second.directories()).toHaveLength(1);
    expect((await lstat(second.localPath("/mnt/tank/shelf"))).isDirectory()).toBe(true);
    await second.deleteApp("shelf");
    await second.close();
    expect(existsSync(path.join(stateDir, "apps", "shelf"))).toBe(false);
  });

  it("keeps its files to itself", async () => {
    const first = await open();
    await install(first, clock, createRequest("shelf"));
    await first.close();
    expect((await lstat(path.join(stateDir, "nas.json"))).mode & 0o777).toBe(0o600);
  });

  it("lets a job go on from its last milestone, and an app from its start", async () => {
    const first = await open();
    const ref = await first.startCreateApp(createRequest("shelf"));
    const half = new AbortController();
    const following = first.followJob(ref, ({ percent }) => percent === 60 && half.abort(), half.signal);
    await expect(clock.runUntil(following)).rejects.toThrow("abort");
    await install(first, clock, createRequest("starting"));
    await first.close();

    const second = await open();
    expect(await second.getApp("starting")).toMatchObject({ state: "DEPLOYING" });
    const progress: number[] = [];
    const result = await clock.runUntil(second.followJob(ref, ({ percent }) => progress.push(percent)));
    expect(result).toMatchObject({ state: "SUCCESS" });
    expect(progress.at(-1)).toBe(100);
    await clock.runUntil(untilState(second, "shelf", "RUNNING"));
    await clock.runUntil(untilState(second, "starting", "RUNNING"));
    await second.close();
  });

  it("finds stopped apps stopped, also one that was just stopping", async () => {
    const first = await open();
    await install(first, clock, createRequest("shelf"));
    await first.stopApp("shelf");
    await install(first, clock, createRequest("other"));
    await first.close();
    const file = path.join(stateDir, "nas.json");
    await writeFile(file, (await readFile(file, "utf8")).replace('"DEPLOYING"', '"STOPPING"'));
    const text = await readFile(file, "utf8");
    expect(text.match(/"state":"(STOPPED|STOPPING)"/g)).toHaveLength(2);
    const second = await open();
    expect((await second.listApps()).map(({ state }) => state)).toEqual(["STOPPED", "STOPPED"]);
    await second.close();
  });

  it("writes nothing of what apps are sent, and removes what an older version wrote", async () => {
    const file = path.join(stateDir, "apps", "shelf", "requests.jsonl");
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, '{"path":"/login","body":"sesame"}\n');
    const first = await open();
    await install(first, clock, createRequest("shelf"));
    const app = await clock.runUntil(untilState(first, "shelf", "RUNNING"));
    await fetch(`http://127.0.0.1:${app.ports[0]}/login`, { method: "POST", body: "open-sesame" });
    expect(first.requests("shelf")).toMatchObject([{ path: "/login" }]);
    await first.close();
    const files = await readdir(stateDir, { recursive: true, withFileTypes: true });
    const texts = files
      .filter((entry) => entry.isFile())
      .map(async (entry) => await readFile(path.join(entry.parentPath, entry.name), "utf8"));
    expect((await Promise.all(texts)).join("")).not.toContain("sesame");
  });

  it("says what is wrong when the folder cannot be read", async () => {
    await mkdir(path.join(stateDir, "nas.json"));
    await expect(open()).rejects.toMatchObject({ code: "NAS_FOLDER", cause: { code: "EISDIR" } });
  });

  it("fails the job and the start when nothing can be saved any more", async () => {
    const first = await open();
    await install(first, clock, createRequest("starting"));
    const ref = await first.startCreateApp(createRequest("shelf"));
    await rm(stateDir, { recursive: true });
    await writeFile(stateDir, "");
    await clock.runUntil(untilState(first, "starting", "CRASHED"));
    const outcome = clock.runUntil(first.followJob(ref, () => {}));
    expect(await outcome).toMatchObject({ state: "FAILED", error: { code: "EFAULT" } });
    await first.close();
  });
});
