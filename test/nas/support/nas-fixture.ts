import type {
  CreateAppRequest,
  NasApp,
  NasDriver,
  NasJobProgress,
  NasJobRef,
  NasJobResult,
} from "../../../src/nas/nas-driver.ts";
import type { SimulatedNasControl } from "../../../src/nas/simulated/simulated-nas-options.ts";
import type { ManualClock } from "../../support/manual-clock.ts";

export type SimulatedNas = NasDriver & SimulatedNasControl;

export function createRequest(name: string, overrides: Partial<CreateAppRequest> = {}): CreateAppRequest {
  return {
    appName: name,
    catalogApp: name,
    train: "stable",
    version: "1.0.0",
    values: {},
    custom: false,
    ...overrides,
  };
}

/** Creates an app and follows the job to its end. */
export async function install(
  nas: SimulatedNas,
  clock: ManualClock,
  request: CreateAppRequest,
): Promise<{ ref: NasJobRef; result: NasJobResult; progress: NasJobProgress[] }> {
  const ref = await nas.startCreateApp(request);
  const progress: NasJobProgress[] = [];
  const result = await clock.runUntil(nas.followJob(ref, (one) => progress.push(one)));
  return { ref, result, progress };
}

/** Resolves with the app when it is in that state. */
export async function untilState(nas: NasDriver, name: string, state: NasApp["state"]): Promise<NasApp> {
  const found = new AbortController();
  let seen: NasApp | null = null;
  await nas.watchApp(
    name,
    (app) => {
      if (app.state !== state) return;
      seen = app;
      found.abort();
    },
    found.signal,
  );
  if (seen === null) throw new Error(`"${name}" was never ${state}`);
  return seen;
}
