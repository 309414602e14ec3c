import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { createSimulatedNas } from "../../nas/create-simulated-nas.ts";
import type { NasDriver } from "../../nas/nas-driver.ts";
import type { AppBehaviour } from "../../nas/simulated/app-behaviour.ts";
import { createSignInStandIn } from "../../nas/simulated/sign-in-stand-in.ts";
import { readTextFile } from "../read-text-file.ts";
import { loadBehaviour } from "../run/run-nas.ts";
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

/** A NAS that keeps its apps in `stateDir`, whose apps answer as the catalog's `_simulated` folder says. */
export async function openSimulatedWorld(
  stateDir: string,
  catalogRoot: string | null,
): Promise<SimulatedWorld> {
  const scripts = catalogRoot === null ? [] : await findScripts(catalogRoot);
  const behaviours: Record<string, AppBehaviour> = {};
  const origins = new Set<string>();
  for (const scriptFile of scripts) {
    const script = await readTextFile(scriptFile);
    for (const origin of signInOrigins(script)) origins.add(origin);
    const appName = basename(scriptFile, ".json");
    const behaviour = await loadBehaviour({
      request: { operation: "install", script, scriptFile, appName, answers: {}, inputs: {} },
      simulatedFolder: join(catalogRoot ?? "", "_simulated"),
    });
    if (behaviour !== null) behaviours[appName] = behaviour;
  }
  const signIn = await createSignInStandIn();
  const nas = await createSimulatedNas({ stateDir, behaviours });
  return {
    nas,
    signInUrl: signIn.url,
    originMap: [...origins].map((from) => ({ from, to: signIn.url })),
    close: async () => {
      await nas.close();
      await signIn.close();
    },
  };
}

async function findScripts(catalogRoot: string): Promise<string[]> {
  const names = await readdir(catalogRoot);
  return names.filter((name) => name.endsWith(".json")).map((name) => join(catalogRoot, name));
}
