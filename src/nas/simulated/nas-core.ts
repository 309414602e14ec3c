import { createNasEvents, type NasEvents } from "./nas-events.ts";
import { type AppMemories, createAppMemories } from "./app-memories.ts";
import { type AppRunner, createAppRunner } from "./app-runner.ts";
import { createNasJobs, type NasJobs } from "./nas-jobs.ts";
import { createFolderNasStore, createMemoryNasStore, type StoredApp, type StoredJob } from "./nas-store.ts";
import type { EnsuredDirectory, ResolvedSimulatedNasOptions } from "./simulated-nas-options.ts";

/** The simulated NAS itself: what the driver talks to and the control pulls at. */
export interface NasCore {
  options: ResolvedSimulatedNasOptions;
  rootDir: string;
  apps: Map<string, StoredApp>;
  /** Oldest first. */
  jobs: StoredJob[];
  directories: Map<string, EnsuredDirectory>;
  memories: AppMemories;
  runner: AppRunner;
  engine: NasJobs;
  events: NasEvents;
  save(): void;
  /** Runs one after another what must not see the other half done. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Builds the NAS, finds again what the state folder holds, and lets unfinished jobs and starts go on. */
export async function createNasCore(options: ResolvedSimulatedNasOptions, rootDir: string): Promise<NasCore> {
  const store = options.stateDir === null ? createMemoryNasStore() : createFolderNasStore(options.stateDir);
  const stored = store.load();
  const apps = new Map(stored.apps.map((app) => [app.name, app]));
  const directories = new Map(stored.directories.map((directory) => [directory.path, directory]));
  const { jobs } = stored;
  const events = createNasEvents();

  const save = (): void =>
    store.save({ format: 1, apps: [...apps.values()], jobs, directories: [...directories.values()] });

  const onChange = (app: StoredApp): void => {
    try {
      save();
    } finally {
      events.changed(`app:${app.name}`);
    }
  };

  const memories = createAppMemories(store);
  const runner = createAppRunner({ options, memories, apps, onChange });
  const engine = createNasJobs({ options, apps, jobs, memories, runner, events, save });
  const close = async (): Promise<void> => {
    events.cut("its driver was closed");
    await engine.close();
    await runner.close();
  };
  const exclusively = createTurnstile();
  const parts = { apps, jobs, directories, memories, runner, engine, events };
  const core = { options, rootDir, ...parts, save, exclusively, close };
  try {
    await goOn(core);
  } catch (error) {
    await close();
    throw error;
  }
  return core;
}

/** After a restart: running apps answer again, jobs and starts that were under way go on. */
async function goOn({ apps, jobs, runner, engine }: NasCore): Promise<void> {
  for (const app of apps.values()) {
    const inJob = jobs.some((job) => job.state === "RUNNING" && job.appName === app.name);
    if (app.state === "RUNNING") await runner.resume(app);
    else if (app.state === "DEPLOYING" && !inJob) runner.start(app);
    else if (app.state === "STOPPING") await runner.stop(app, "STOPPED");
  }
  engine.resume();
}

function createTurnstile(): NasCore["exclusively"] {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
}
