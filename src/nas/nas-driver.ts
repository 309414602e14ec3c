import type { JsonObject } from "../json.ts";

/**
 * The NAS as the orchestrator needs it. Shaped after TrueNAS: `app.create` and `app.upgrade` are jobs that
 * answer with a reference at once, so that it can be stored before anyone waits; a job that succeeded does
 * not mean that the app is running yet.
 */
export interface NasDriver {
  /** Facts for macros, the plan and the network policy. Throws `NAS_UNREACHABLE`. */
  facts(): Promise<NasFacts>;
  /** Makes the folder and its parents and sets owner and snapshot flag; safe to repeat. */
  ensureDirectory(directory: NasDirectory): Promise<void>;
  /** Starts `app.create`. Throws `APP_NAME_TAKEN` and friends before anything changed. */
  startCreateApp(request: CreateAppRequest): Promise<NasJobRef>;
  /** Starts `app.upgrade`. */
  startUpgradeApp(request: UpgradeAppRequest): Promise<NasJobRef>;
  /**
   * Follows a job to its end; `onProgress` gets percent (integer 0-100, never falling) and a text. Rejects
   * when `signal` aborts; the job itself goes on (today's TrueNAS cannot abort app jobs).
   */
  followJob(
    ref: NasJobRef,
    onProgress: (progress: NasJobProgress) => void,
    signal?: AbortSignal,
  ): Promise<NasJobResult>;
  /** The newest job of that method for that app, if the NAS still knows one; for reconciling after a crash. */
  findJob(method: NasJobMethod, appName: string): Promise<NasJobRef | null>;
  /** One app or null. */
  getApp(name: string): Promise<NasApp | null>;
  listApps(): Promise<NasApp[]>;
  /** Calls back with the app at once if it exists and at each change, until the signal aborts. */
  watchApp(name: string, onChange: (app: NasApp) => void, signal: AbortSignal): Promise<void>;
  /** Lets go of connections; what was started on the NAS goes on. */
  close(): Promise<void>;
}

export interface NasFacts {
  /** Address at which apps are reached from the LAN. */
  lanIp: string;
  hostId: string;
  memoryMb: number;
  /** Configured locations: name -> absolute path. */
  locations: Record<string, string>;
  gpus: { vendor: "intel" | "amd" | "nvidia"; pciSlot: string; uuid?: string; driverReady: boolean }[];
  /** Names of the installed apps. */
  installedApps: string[];
  /** Ports of the NAS's own management interface; never reachable from a hook. */
  managementPorts: number[];
}

export interface NasDirectory {
  /** Absolute path, macros expanded. */
  path: string;
  owner?: { user: string; group?: string };
  snapshotId?: string;
}

export type NasJobMethod = "app.create" | "app.upgrade";

export interface CreateAppRequest {
  appName: string;
  /** Catalog app; null for a custom app. */
  catalogApp: string | null;
  train: string;
  version: string;
  values: JsonObject;
  custom: boolean;
}

export interface UpgradeAppRequest {
  appName: string;
  version: string;
  values: JsonObject;
}

export interface NasJobRef {
  id: number;
  method: NasJobMethod;
  appName: string;
  startedAt: number;
}

export interface NasJobProgress {
  percent: number;
  text: string;
}

export type NasJobResult =
  | { state: "SUCCESS"; app: NasApp }
  | { state: "FAILED" | "ABORTED"; error: { code: string; message: string } };

export interface NasApp {
  name: string;
  state: "RUNNING" | "DEPLOYING" | "STOPPED" | "STOPPING" | "CRASHED";
  version: string;
  custom: boolean;
  /** Published ports on the NAS's LAN address; the first is the primary one. */
  ports: number[];
}
