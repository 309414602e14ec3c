import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { errorText } from "../../errors.ts";
import { createSimulatedNas } from "../../nas/create-simulated-nas.ts";
import type { NasDriver } from "../../nas/nas-driver.ts";
import type { AppBehaviour } from "../../nas/simulated/app-behaviour.ts";
import { unusableNasFolder } from "../../nas/simulated/nas-folder.ts";
import { createSignInStandIn } from "../../nas/simulated/sign-in-stand-in.ts";
import { readTextFile } from "../read-text-file.ts";
import { loadBehaviour } from "../run/run-nas.ts";
import { lockNasFolder } from "./lock-nas-folder.ts";
import { signInOrigins } from "../sign-in-origins.ts";

/** What stands in for the world while there is no real NAS. */
export interface SimulatedWorld {
  nas: NasDriver;
  /** The page of the sign-in provider that stands in for all others. */
  signInUrl: string;
  /** Sends the origins of the catalog's sign-ins to it. */
  originMap: { from: string; to: string }[];
  close(): Promise<void>;
}

/** The catalog whose apps are simulated; without behaviours an app answers `/` and `/health` only. */
export interface SimulatedCatalog {
  catalogRoot: string | null;
  simulatedFolder: string | null;
}

/**
 * A NAS that keeps its apps in `stateDir`, which it has alone, and whose apps answer as the catalog's `_simulated` folder
 * says. Throws `NAS_FOLDER`.
 */
export async function openSimulatedWorld(
  stateDir: string,
  catalog: SimulatedCatalog,
): Promise<SimulatedWorld> {
  const { behaviours, origins } = await readCatalog(catalog);
  const nas = await openNas(stateDir, behaviours);
  try {
    const signIn = await createSignInStandIn();
    return {
      nas,
      signInUrl: signIn.url,
      originMap: [...origins].map((from) => ({ from, to: signIn.url })),
      close: async () => {
        await nas.close();
        await signIn.close();
      },
    };
  } catch (error) {
    await nas.close();
    throw error;
  }
}

async function openNas(stateDir: string, behaviours: Record<string, AppBehaviour>): Promise<NasDriver> {
  const lock = lockNasFolder(stateDir);
  try {
    const nas = await createSimulatedNas({ stateDir, behaviours });
    const close = async (): Promise<void> => {
      try {
        await nas.close();
      } finally {
        lock.release();
      }
    };
    return { ...nas, close };
  } catch (error) {
    lock.release();
    // A fault that names a path is one of the file system.
    if (typeof (error as NodeJS.ErrnoException).path !== "string") throw error;
    throw unusableNasFolder(stateDir, `it cannot be used (${errorText(error)})`, error);
  }
}

async function readCatalog({
  catalogRoot,
  simulatedFolder,
}: SimulatedCatalog): Promise<{ behaviours: Record<string, AppBehaviour>; origins: Set<string> }> {
  const behaviours: Record<string, AppBehaviour> = {};
  const origins = new Set<string>();
  for (const scriptFile of catalogRoot === null ? [] : await findScripts(catalogRoot)) {
    const script = await readTextFile(scriptFile);
    for (const origin of signInOrigins(script)) origins.add(origin);
    const appName = basename(scriptFile, ".json");
    const behaviour = await loadBehaviour({
      request: { operation: "install", script, scriptFile, appName, answers: {}, inputs: {} },
      simulatedFolder,
    });
    if (behaviour !== null) behaviours[appName] = behaviour;
  }
  return { behaviours, origins };
}

async function findScripts(catalogRoot: string): Promise<string[]> {
  const names = await readdir(catalogRoot);
  return names.filter((name) => name.endsWith(".json")).map((name) => join(catalogRoot, name));
}
