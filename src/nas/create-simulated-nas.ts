import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { TackleboxError } from "../errors.ts";
import type { NasDriver, NasJobProgress, NasJobRef, NasJobResult } from "./nas-driver.ts";
import { toNasApp } from "./simulated/job-steps.ts";
import { createNasControl } from "./simulated/nas-control.ts";
import { createNasCore, type NasCore } from "./simulated/nas-core.ts";
import { makeNasDirectory } from "./simulated/nas-directories.ts";
import type { StoredJob } from "./simulated/nas-store.ts";
import { requireCreatable, requireUpgradable } from "./simulated/refusals.ts";
import {
  resolveSimulatedNasOptions,
  type ResolvedSimulatedNasOptions,
  type SimulatedNasControl,
  type SimulatedNasOptions,
} from "./simulated/simulated-nas-options.ts";

/**
 * A NAS inside this process, for the demo, for authors and for tests: jobs, refusals and failures are TrueNAS's, apps
 * are real HTTP servers on 127.0.0.1 that take a moment to become ready and answer what their behaviour says.
 * With a `stateDir` it goes on where it was when the process ended: one process at a time may use a folder.
 */
export async function createSimulatedNas(
  options: SimulatedNasOptions = {},
): Promise<NasDriver & SimulatedNasControl> {
  const resolved = resolveSimulatedNasOptions(options);
  const root = await openRoot(resolved);
  const core = await createNasCore(resolved, root.folder);
  const close = async (): Promise<void> => {
    await core.close();
    if (root.temporary) await rm(root.folder, { recursive: true, force: true });
  };
  return { ...createDriver(core, close), ...createNasControl(core) };
}

function createDriver(core: NasCore, close: () => Promise<void>): NasDriver {
  const { apps, jobs, events } = core;
  const situation = { options: core.options, apps, jobs };

  /** Each call needs the link. */
  const call = async <T>(work: () => T | Promise<T>): Promise<T> => {
    events.requireLink();
    return await work();
  };

  return {
    facts: () =>
      call(() => ({ ...structuredClone(core.options.facts), installedApps: [...apps.keys()].toSorted() })),
    ensureDirectory: (directory) =>
      call(async () => {
        await makeNasDirectory(core.rootDir, directory);
        const { path: folder, owner = null, snapshotId = null } = directory;
        core.directories.set(folder, { path: folder, owner, snapshotId });
        core.save();
      }),
    startCreateApp: (request) =>
      core.exclusively(() =>
        call(async () => {
          const version = await requireCreatable(request, situation);
          return core.engine.start("app.create", structuredClone({ ...request, version }));
        }),
      ),
    startUpgradeApp: (request) =>
      core.exclusively(() =>
        call(() => {
          const { version } = requireUpgradable(request, situation);
          return core.engine.start("app.upgrade", structuredClone({ ...request, version }));
        }),
      ),
    followJob: (ref, onProgress, signal) => followJob(core, ref, { onProgress, signal }),
    findJob: (method, appName) =>
      call(() => {
        const job = jobs.findLast((one) => one.method === method && one.appName === appName);
        return job === undefined ? null : toRef(job);
      }),
    getApp: (name) =>
      call(() => {
        const app = apps.get(name);
        return app === undefined ? null : toNasApp(app);
      }),
    listApps: () => call(() => [...apps.values()].map(toNasApp)),
    watchApp: async (name, onChange, signal) => {
      const check = (): undefined => {
        const app = apps.get(name);
        if (app !== undefined) onChange(toNasApp(app));
      };
      if (signal.aborted) return;
      await events.follow(`app:${name}`, check, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    },
    close,
  };
}

interface FollowOptions {
  onProgress: (progress: NasJobProgress) => void;
  signal: AbortSignal | undefined;
}

async function followJob(core: NasCore, ref: NasJobRef, options: FollowOptions): Promise<NasJobResult> {
  core.events.requireLink();
  // An id alone is not enough: ids begin again at 1 when the NAS restarts.
  const job = core.jobs.find(
    ({ id, method, appName, startedAt }) =>
      id === ref.id && method === ref.method && appName === ref.appName && startedAt === ref.startedAt,
  );
  if (job === undefined) {
    throw new TackleboxError(
      "NAS_JOB_UNKNOWN",
      `job ${ref.id} (${ref.method} of "${ref.appName}") is not known to the NAS; it forgets jobs when it restarts. ` +
        "Look at the app itself to see what came of it.",
    );
  }
  let shown = "";
  const check = (): NasJobResult | undefined => {
    const progress = { percent: job.percent, text: job.text };
    if (job.text !== "" && shown !== job.text) options.onProgress(progress);
    shown = job.text;
    return toResult(job);
  };
  return core.events.follow(`job:${job.id}`, check, options.signal);
}

function toResult(job: StoredJob): NasJobResult | undefined {
  if (job.state === "SUCCESS" && job.app !== null) return { state: "SUCCESS", app: structuredClone(job.app) };
  if (job.state === "FAILED" && job.error !== null) return { state: "FAILED", error: { ...job.error } };
  return undefined;
}

function toRef({ id, method, appName, startedAt }: StoredJob): NasJobRef {
  return { id, method, appName, startedAt };
}

/** The folder that stands for the NAS's `/`, without links in its own path. */
async function openRoot(
  options: ResolvedSimulatedNasOptions,
): Promise<{ folder: string; temporary: boolean }> {
  const wanted = options.rootDir ?? (options.stateDir === null ? null : path.join(options.stateDir, "files"));
  if (wanted !== null) await mkdir(wanted, { recursive: true });
  const folder = wanted ?? (await mkdtemp(path.join(tmpdir(), "tacklebox-nas-")));
  return { folder: await realpath(folder), temporary: wanted === null };
}
