import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { createSkippingClock, systemClock, type Clock } from "../../clock.ts";
import { TackleboxError, errorText } from "../../errors.ts";
import { createGivenAppNas } from "../../nas/create-given-app-nas.ts";
import { createSimulatedNas } from "../../nas/create-simulated-nas.ts";
import type { NasDriver } from "../../nas/nas-driver.ts";
import type { AppBehaviour } from "../../nas/simulated/app-behaviour.ts";
import type { ResolvedRunOptions } from "./run-options.ts";

/** Short steps: an author waits for the hook, not for the NAS. */
const quickNas = { stepMs: 5, readyAfterMs: 30 };

/** The NAS of one `run`, and the clock of its hooks. */
export async function openRunNas(options: ResolvedRunOptions): Promise<{ nas: NasDriver; hookClock: Clock }> {
  const { request, givenApp } = options;
  const hookClock = options.skipWaits ? createSkippingClock() : systemClock;
  if (givenApp !== null) {
    const version = request.fromVersion ?? request.toVersion ?? "1.0.0";
    return { nas: createGivenAppNas({ ...givenApp, appName: request.appName, version }), hookClock };
  }
  const behaviour = await loadBehaviour(options);
  const nas = await createSimulatedNas({
    ...quickNas,
    clock: hookClock,
    behaviours: behaviour === null ? {} : { [request.appName]: behaviour },
  });
  return { nas, hookClock };
}

/**
 * The behaviour a catalog's author wrote for the app: the function that `_simulated/<app>.ts` exports. It is code of
 * the catalog that runs in this process, outside of the sandbox.
 */
export async function loadBehaviour(
  options: Pick<ResolvedRunOptions, "request" | "simulatedFolder">,
): Promise<AppBehaviour | null> {
  if (options.simulatedFolder === null) return null;
  const file = join(options.simulatedFolder, `${basename(options.request.scriptFile, ".json")}.ts`);
  if (!existsSync(file)) return null;
  let exported: unknown[];
  try {
    exported = Object.values((await import(pathToFileURL(file).href)) as Record<string, unknown>);
  } catch (error) {
    throw new TackleboxError(
      "USAGE",
      `${file}: the behaviour of the simulated app cannot be loaded (${errorText(error)}), expected a module that ` +
        "exports one function; mend it, or pass --no-simulated.",
      { cause: error },
    );
  }
  const functions = exported.filter((value) => typeof value === "function");
  if (functions.length === 1) return functions[0] as AppBehaviour;
  throw new TackleboxError(
    "USAGE",
    `${file}: ${functions.length} functions are exported, expected one, the behaviour of the simulated app; ` +
      "export that one only, or pass --no-simulated.",
  );
}
