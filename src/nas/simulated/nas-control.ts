import { TackleboxError } from "../../errors.ts";
import { toLocalPath } from "./nas-directories.ts";
import type { NasCore } from "./nas-core.ts";
import type { StoredApp } from "./nas-store.ts";
import type { SimulatedNasControl } from "./simulated-nas-options.ts";

/** The levers of a simulated NAS. */
export function createNasControl(core: NasCore): SimulatedNasControl {
  function requireApp(name: string): StoredApp {
    const app = core.apps.get(name);
    if (app !== undefined) return app;
    const known = [...core.apps.keys()].join(", ") || "none";
    throw new TackleboxError(
      "APP_UNKNOWN",
      `no app named ${JSON.stringify(name)} is installed on the simulated NAS; installed: ${known}. Check the name.`,
    );
  }

  return {
    failNext: (method, failure) => core.engine.failNext(method, failure),
    nextStart: (name, start) => core.runner.nextStart(name, start),
    setReachable: (reachable) => {
      if (reachable) core.events.restore();
      else core.events.cut("it was taken off the network");
    },
    forgetJobs: () => {
      core.jobs.splice(0, core.jobs.length, ...core.jobs.filter((job) => job.state === "RUNNING"));
      core.save();
    },
    stopApp: async (name) => core.runner.stop(requireApp(name), "STOPPED"),
    startApp: async (name) => {
      const app = requireApp(name);
      if (app.state === "STOPPED" || app.state === "CRASHED") core.runner.start(app);
    },
    crashApp: async (name) => core.runner.stop(requireApp(name), "CRASHED"),
    deleteApp: async (name) => {
      const app = requireApp(name);
      await core.runner.stop(app, "STOPPED");
      core.apps.delete(name);
      core.memories.forget(name);
      core.save();
    },
    requests: (name) => structuredClone(core.memories.of(name).requests),
    appData: (name) => structuredClone(core.memories.of(name).data),
    appValues: (name) => structuredClone(requireApp(name).values),
    directories: () => structuredClone([...core.directories.values()]),
    localPath: (nasPath) => toLocalPath(core.rootDir, nasPath),
  };
}
