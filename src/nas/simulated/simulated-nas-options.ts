import { type Clock, systemClock } from "../../clock.ts";
import type { JsonObject } from "../../json.ts";
import type { NasFacts, NasJobMethod } from "../nas-driver.ts";
import type { AppBehaviour, RecordedRequest } from "./app-behaviour.ts";

/** Settings of a simulated NAS; all have defaults. */
export interface SimulatedNasOptions {
  /** Drives job steps, app starts and delayed replies; default the machine's clock. */
  clock?: Clock;
  /** What apps answer, by app name or catalog app; the name wins. */
  behaviours?: Record<string, AppBehaviour>;
  /** Versions the catalog offers, by catalog app, oldest first; apps not named here take any version. */
  catalog?: Record<string, string[]>;
  /** Milliseconds between two milestones of a job; default 300. */
  stepMs?: number;
  /** Milliseconds from the start of an app until it answers: the first half refused, the second 503; default 800. */
  readyAfterMs?: number;
  /**
   * `free` (default): an app's server takes any free port of this machine, so that nothing collides.
   * `declared`: it takes the ports its `app_values` declare, and the app is refused when one is in use.
   */
  ports?: "free" | "declared";
  /** What `facts` says apart from `lanIp` and `installedApps`. */
  facts?: Partial<Omit<NasFacts, "lanIp" | "installedApps">>;
  /** Folder that keeps apps, jobs and app state over restarts; default: kept in memory only. */
  stateDir?: string;
  /** Folder that stands for the NAS's `/`; default `files` in `stateDir`, else a temporary folder removed by `close`. */
  rootDir?: string;
}

/** How the next job of a method fails. */
export interface InjectedFailure {
  /**
   * `call`: the call is refused and nothing changed. 25 or 60: the job fails after that milestone; for
   * `app.upgrade` 25 leaves the old version STOPPED and 60 leaves the new version CRASHED, as TrueNAS does.
   */
  at: "call" | 25 | 60;
  /** Code of the failed job, e.g. `EFAULT`; for `call` one of tacklebox's own codes is thrown as it is. */
  code: string;
  message: string;
}

/** How the next start of an app goes. */
export interface InjectedStart {
  /** The app ends CRASHED in place of RUNNING. */
  crash?: boolean;
  /** In place of the NAS's `readyAfterMs`. */
  readyAfterMs?: number;
}

/** A folder `ensureDirectory` was asked for. */
export interface EnsuredDirectory {
  path: string;
  owner: { user: string; group?: string } | null;
  snapshotId: string | null;
}

/** What tests, the demo and `tacklebox run` do to a simulated NAS behind the driver's back. */
export interface SimulatedNasControl {
  /** Lets the next `app.create` or `app.upgrade` fail, once; several calls queue up. */
  failNext(method: NasJobMethod, failure: InjectedFailure): void;
  /** Changes how the named app's next start goes, once; may be called before the app exists. */
  nextStart(appName: string, start: InjectedStart): void;
  /** Takes the NAS off the network or brings it back: off, each call and each open watch fails with `NAS_UNREACHABLE`. */
  setReachable(reachable: boolean): void;
  /** Forgets all ended jobs and numbers new ones from 1, as a restart of TrueNAS's middleware does. */
  forgetJobs(): void;
  /** Stops an app's server; its state becomes STOPPED. */
  stopApp(name: string): Promise<void>;
  /** Starts a stopped or crashed app again; resolves when it is DEPLOYING. */
  startApp(name: string): Promise<void>;
  /** Lets a running app crash. */
  crashApp(name: string): Promise<void>;
  /** Stops and removes an app, its data and its recorded requests. */
  deleteApp(name: string): Promise<void>;
  /** Each request the app has seen, oldest first, the ones refused while it was starting too. */
  requests(appName: string): RecordedRequest[];
  /** What the app's behaviour keeps; a copy. */
  appData(appName: string): JsonObject;
  /** `app_values` of the app as the NAS has them; a copy. */
  appValues(appName: string): JsonObject;
  /** Folders made by `ensureDirectory`, in the order of their first making. */
  directories(): EnsuredDirectory[];
  /** Where a NAS path is on this machine. Throws `DIRECTORY_REFUSED` when it would leave the root. */
  localPath(nasPath: string): string;
}

/** Options with everything filled in. */
export interface ResolvedSimulatedNasOptions {
  clock: Clock;
  behaviours: Record<string, AppBehaviour>;
  catalog: Record<string, string[]>;
  stepMs: number;
  readyAfterMs: number;
  ports: "free" | "declared";
  facts: Omit<NasFacts, "installedApps">;
  stateDir: string | null;
  rootDir: string | null;
}

/** Fills in the defaults. */
export function resolveSimulatedNasOptions(options: SimulatedNasOptions): ResolvedSimulatedNasOptions {
  return {
    clock: options.clock ?? systemClock,
    behaviours: options.behaviours ?? {},
    catalog: options.catalog ?? {},
    stepMs: options.stepMs ?? 300,
    readyAfterMs: options.readyAfterMs ?? 800,
    ports: options.ports ?? "free",
    facts: { ...defaultFacts, ...options.facts, lanIp: "127.0.0.1" },
    stateDir: options.stateDir ?? null,
    rootDir: options.rootDir ?? null,
  };
}

const defaultFacts: Omit<NasFacts, "installedApps"> = {
  lanIp: "127.0.0.1",
  hostId: "5ea1ab1e00000000000000000000000000000000000000000000000000000000",
  memoryMb: 16_384,
  locations: {
    ApplicationsPerformance: "/mnt/fast/applications",
    ApplicationsCapacity: "/mnt/tank/applications",
    Downloads: "/mnt/tank/downloads",
    Documents: "/mnt/tank/documents",
    Media: "/mnt/tank/media",
    Photos: "/mnt/tank/photos",
    Music: "/mnt/tank/media/music",
    Movies: "/mnt/tank/media/movies",
    Shows: "/mnt/tank/media/shows",
    Videos: "/mnt/tank/videos",
    Backups: "/mnt/tank/backups",
    VirtualizationPerformance: "/mnt/fast/virtualization",
    VirtualizationCapacity: "/mnt/tank/virtualization",
    InstallMedia: "/mnt/tank/install-media",
    VirtualDisks: "/mnt/fast/virtual-disks",
  },
  gpus: [],
  managementPorts: [80, 443],
};
