import type { CreateAppRequest, NasApp, UpgradeAppRequest } from "../nas-driver.ts";
import type { AppMemories } from "./app-memories.ts";
import { declaredPortsOf } from "./app-ports.ts";
import type { AppRunner } from "./app-runner.ts";
import type { StoredApp, StoredJob } from "./nas-store.ts";

/** What a job's steps work on. */
export interface JobWorld {
  apps: Map<string, StoredApp>;
  memories: AppMemories;
  runner: AppRunner;
  /** Called when the job shows a new milestone. */
  onProgress(job: StoredJob): void;
}

/**
 * Takes a running job to its next milestone. Each step can be done again when the process ended in the middle of
 * it. The milestones and texts are those of TrueNAS's `app.create`; its order of things on failure is kept too.
 */
export async function takeJobStep(job: StoredJob, world: JobWorld): Promise<void> {
  const failing = job.failure !== null && job.failure.at === job.percent;
  if (job.method === "app.create") await takeCreateStep(job, world, failing);
  else await takeUpgradeStep(job, world, failing);
}

async function takeCreateStep(job: StoredJob, world: JobWorld, failing: boolean): Promise<void> {
  const { apps, memories, runner } = world;
  if (failing) {
    fail(job);
    apps.delete(job.appName);
    memories.forget(job.appName);
    progress(job, world, 80, `Failure occurred while installing '${job.appName}', cleaning up`);
  } else if (job.percent < 25) {
    progress(job, world, 25, "Initial Validation completed");
  } else if (job.percent < 60) {
    const app = newApp(job.request as CreateAppRequest);
    await runner.assignPorts(app);
    apps.set(app.name, app);
    progress(job, world, 60, "App installation in progress, pulling images");
  } else {
    succeed(job, world, `'${job.appName}' installed successfully`);
  }
}

async function takeUpgradeStep(job: StoredJob, world: JobWorld, failing: boolean): Promise<void> {
  const { apps, runner } = world;
  const app = apps.get(job.appName);
  if (app === undefined) {
    job.failure = { at: 25, code: "ENOENT", message: `[ENOENT] App ${job.appName} does not exist` };
    fail(job);
  } else if (failing) {
    // A failed migration leaves the old version stopped, a failed start the new version recorded.
    await runner.stop(app, job.percent < 60 ? "STOPPED" : "CRASHED");
    fail(job);
  } else if (job.percent < 25) {
    progress(job, world, 25, `Validating '${app.name}' app upgrade to '${job.request.version}' version`);
  } else if (job.percent < 60) {
    await runner.stop(app, "STOPPED");
    await applyUpgrade(app, job.request, runner);
    progress(job, world, 60, `Configuration updated for '${app.name}', upgrading app`);
  } else {
    succeed(job, world, `'${app.name}' upgraded successfully`);
  }
}

/** `app.upgrade` replaces whole top-level keys of the values and keeps the others. */
async function applyUpgrade(app: StoredApp, request: UpgradeAppRequest, runner: AppRunner): Promise<void> {
  app.version = request.version;
  app.values = { ...app.values, ...request.values };
  app.state = "DEPLOYING";
  const declaredPorts = declaredPortsOf(app.values);
  if (declaredPorts.join() === app.declaredPorts.join()) return;
  app.declaredPorts = declaredPorts;
  await runner.assignPorts(app);
}

function newApp(request: CreateAppRequest): StoredApp {
  return {
    name: request.appName,
    state: "DEPLOYING",
    version: request.version,
    custom: request.custom,
    ports: [],
    catalogApp: request.catalogApp,
    values: request.values,
    declaredPorts: declaredPortsOf(request.values),
  };
}

function progress(job: StoredJob, world: JobWorld, percent: number, text: string): void {
  job.percent = percent;
  job.text = text;
  world.onProgress(job);
}

function succeed(job: StoredJob, world: JobWorld, text: string): void {
  const app = world.apps.get(job.appName);
  if (app === undefined) return fail(job);
  world.runner.start(app);
  job.app = toNasApp(app);
  job.state = "SUCCESS";
  progress(job, world, 100, text);
}

function fail(job: StoredJob): void {
  const { code, message } = job.failure ?? {
    code: "ENOENT",
    message: `[ENOENT] App ${job.appName} does not exist`,
  };
  job.state = "FAILED";
  job.error = { code, message };
}

/** What the driver shows of an app. */
export function toNasApp(app: StoredApp): NasApp {
  const { name, state, version, custom, ports } = app;
  return { name, state, version, custom, ports: [...ports] };
}
