import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { behaviours } from "../../catalog-example/_simulated/behaviours.ts";
import type { Scenario } from "../../catalog-example/_simulated/scenarios.ts";
import { createSkippingClock } from "../../src/clock.ts";
import type { PreparedOperation } from "../../src/install/prepare-operation.ts";
import type { JsonObject } from "../../src/json.ts";
import { createSignInStandIn, type SignInStandIn } from "../../src/nas/simulated/sign-in-stand-in.ts";
import type { HookTaskView } from "../../src/task/task-view.ts";
import type { TaskStatus } from "../../src/task/task-event.ts";
import { openBox, type Box } from "../support/box.ts";

const catalogRoot = join(import.meta.dirname, "../../catalog-example");

/** A scenario that was played to its end; its box is still open. */
export interface PlayedScenario {
  status: TaskStatus;
  prepared: PreparedOperation;
  box: Box;
  /** How many requests the app had seen before the operation began. */
  seenBefore: number;
}

/** Plays a scenario on a simulated NAS with its user, hands over what came of it, and puts everything away. */
export async function playScenario<T>(
  scenario: Scenario,
  use: (played: PlayedScenario) => Promise<T>,
): Promise<T> {
  const standIn = await createSignInStandIn();
  const originMap = (scenario.signInOrigins ?? []).map((from) => ({ from, to: standIn.url }));
  const clock = createSkippingClock();
  const box = await openBox({ nas: { behaviours, clock }, tacklebox: { originMap, hookClock: clock } });
  try {
    if (scenario.operation === "upgrade") await installFirst(box, scenario);
    const seenBefore = box.nas.requests(scenario.app).length;
    const prepared = await box.tacklebox.prepare(await requestFor(scenario));
    const user = beTheUser(box, scenario, standIn);
    const status = await box.tacklebox.runToEnd(prepared, new AbortController().signal);
    user.stop();
    return await use({ status, prepared, box, seenBefore });
  } finally {
    await box.close();
    await standIn.close();
  }
}

/** The app as it was before the upgrade, put there without any hook. */
async function installFirst({ nas }: Box, scenario: Scenario): Promise<void> {
  const script = JSON.parse(await readFile(join(catalogRoot, `${scenario.app}.json`), "utf8")) as JsonObject;
  const ref = await nas.startCreateApp({
    appName: scenario.app,
    catalogApp: scenario.app,
    train: "stable",
    version: scenario.fromVersion ?? "",
    values: script["app_values"] as JsonObject,
    custom: false,
  });
  await nas.followJob(ref, () => {});
  await new Promise<void>((resolve, reject) => {
    const stop = new AbortController();
    nas
      .watchApp(scenario.app, (app) => app.state === "RUNNING" && (stop.abort(), resolve()), stop.signal)
      .catch((error: unknown) => (stop.signal.aborted ? undefined : reject(error as Error)));
  });
}

async function requestFor(scenario: Scenario) {
  const { app, operation, fromVersion, toVersion, optIns, answers } = scenario;
  return {
    operation,
    script: await readFile(join(catalogRoot, `${app}.json`), "utf8"),
    scriptFile: `${app}.json`,
    catalogRoot,
    toVersion,
    ...(fromVersion === undefined ? {} : { fromVersion }),
    ...(optIns === undefined ? {} : { optIns }),
    inputs: Object.assign({}, ...Object.values(answers ?? {})) as JsonObject,
  };
}

/** Approves sign-ins as soon as they are shown, sends the dialog as it is, and clicks what the scenario says. */
function beTheUser(box: Box, scenario: Scenario, standIn: SignInStandIn): { stop(): void } {
  const clicks = [...(scenario.clicks ?? [])];
  const handled = new Set<string>();
  const timer = setInterval(() => {
    for (const view of box.seen.splice(0)) if (view.kind === "hook") react(view);
  }, 5);
  const react = (view: HookTaskView): void => {
    if (view.status === "AWAITING_RETRY" && !handled.has(`${view.id}/${view.revision}`)) {
      handled.add(`${view.id}/${view.revision}`);
      const click = clicks.shift();
      if (click === undefined)
        throw new Error(`${view.hookId} waits and no click is left: ${view.error?.detail}`);
      void box.tacklebox[click](view.id);
    }
    if (view.status !== "AWAITING_INPUT") return;
    if (
      view.inputs.some((input) => input.type === "question" && input.state === "waiting") &&
      !handled.has(view.id)
    ) {
      handled.add(view.id);
      void box.tacklebox.answer(view.id, {});
    }
    for (const { authorization } of view.inputs) {
      if (!authorization || handled.has(authorization.url)) continue;
      handled.add(authorization.url);
      const code = /code=([^&]+)/.exec(authorization.url)?.[1];
      if (code !== undefined) standIn.approve(decodeURIComponent(code));
    }
  };
  return { stop: () => clearInterval(timer) };
}
