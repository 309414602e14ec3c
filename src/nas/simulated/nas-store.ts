import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { errorText } from "../../errors.ts";
import type { JsonObject } from "../../json.ts";
import type { CreateAppRequest, NasApp, NasJobRef, UpgradeAppRequest } from "../nas-driver.ts";
import { unusableNasFolder } from "./nas-folder.ts";
import type { EnsuredDirectory, InjectedFailure } from "./simulated-nas-options.ts";

/** An app as the simulated NAS keeps it. */
export interface StoredApp extends NasApp {
  catalogApp: string | null;
  values: JsonObject;
  /** Ports the app's values declare; `ports` holds the real ones, in the same order. */
  declaredPorts: number[];
}

/** A job as the simulated NAS keeps it; one that is RUNNING goes on after a restart. */
export interface StoredJob extends NasJobRef {
  request: CreateAppRequest | UpgradeAppRequest;
  state: "RUNNING" | "SUCCESS" | "FAILED";
  percent: number;
  text: string;
  error: { code: string; message: string } | null;
  /** The app at the moment of success. */
  app: NasApp | null;
  failure: InjectedFailure | null;
}

export interface StoredNas {
  format: 1;
  apps: StoredApp[];
  jobs: StoredJob[];
  directories: EnsuredDirectory[];
}

/**
 * What a simulated NAS remembers. Each write is finished when the call returns and is never seen half done (a new
 * file is renamed over the old one), so that a killed process finds its apps again.
 */
export interface NasStore {
  load(): StoredNas;
  save(nas: StoredNas): void;
  loadAppData(name: string): JsonObject;
  saveAppData(name: string, data: JsonObject): void;
  removeApp(name: string): void;
}

const emptyNas = (): StoredNas => ({ format: 1, apps: [], jobs: [], directories: [] });

/** Remembers nothing beyond the process. */
export function createMemoryNasStore(): NasStore {
  return {
    load: emptyNas,
    save: () => {},
    loadAppData: () => ({}),
    saveAppData: () => {},
    removeApp: () => {},
  };
}

/**
 * Remembers in a folder: `nas.json`, and per app `apps/<name>/data.json`. What apps were sent holds passwords and tokens, and is
 * not written; a file of an older version that has it is removed.
 */
export function createFolderNasStore(folder: string): NasStore {
  const nasFile = path.join(folder, "nas.json");
  const appFile = (name: string, file: string): string => path.join(folder, "apps", name, file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    load: () => readNasFile(folder, "nas.json") ?? emptyNas(),
    save: (nas) => writeWhole(nasFile, JSON.stringify(nas)),
    loadAppData: (name) => {
      rmSync(appFile(name, "requests.jsonl"), { force: true });
      return JSON.parse(readIfThere(appFile(name, "data.json")) ?? "{}") as JsonObject;
    },
    saveAppData: (name, data) => writeWhole(appFile(name, "data.json"), JSON.stringify(data)),
    removeApp: (name) => rmSync(path.dirname(appFile(name, "data.json")), { recursive: true, force: true }),
  };
}

function writeWhole(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** What was kept; null when nothing was. Throws `NAS_FOLDER`. */
function readNasFile(folder: string, name: string): StoredNas | null {
  let stored: unknown;
  try {
    stored = JSON.parse(readIfThere(path.join(folder, name)) ?? "null");
  } catch (error) {
    throw unusableNasFolder(folder, `its file ${name} cannot be read (${errorText(error)})`, error);
  }
  if (stored === null || isStoredNas(stored)) return stored;
  throw unusableNasFolder(folder, `its file ${name} is not one of a simulated NAS`);
}

function isStoredNas(value: unknown): value is StoredNas {
  const { format, apps, jobs, directories } = value as Record<string, unknown>;
  return format === 1 && [apps, jobs, directories].every((list) => Array.isArray(list));
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
