import { errorCodeOf, errorText, TackleboxError } from "../../errors.ts";
import type { CreateAppRequest, NasJobMethod, NasJobRef, UpgradeAppRequest } from "../nas-driver.ts";
import { takeJobStep } from "./job-steps.ts";
import type { NasCore } from "./nas-core.ts";
import type { StoredJob } from "./nas-store.ts";
import type { InjectedFailure } from "./simulated-nas-options.ts";

/** The job engine of a simulated NAS; its jobs themselves are in `core.jobs`. */
export interface NasJobs {
  start(method: NasJobMethod, request: CreateAppRequest | UpgradeAppRequest): NasJobRef;
  /** Lets jobs go on that were running when the process ended. */
  resume(): void;
  failNext(method: NasJobMethod, failure: InjectedFailure): void;
  /** Ends the work on all jobs, not the jobs themselves. */
  close(): Promise<void>;
}

/** As many as TrueNAS remembers. */
const maxJobs = 1000;

type JobWorld = Pick<NasCore, "options" | "apps" | "jobs" | "memories" | "runner" | "events" | "save">;

export function createNasJobs(world: JobWorld): NasJobs {
  const { options, jobs } = world;
  const closing = new AbortController();
  const open = new Set<Promise<void>>();
  const failures: PlannedFailure[] = [];

  const onProgress = (job: StoredJob): void => {
    world.save();
    world.events.changed(`job:${job.id}`);
  };

  async function work(job: StoredJob): Promise<void> {
    try {
      while (job.state === "RUNNING") {
        await options.clock.sleep(options.stepMs, closing.signal);
        await takeJobStep(job, { ...world, onProgress });
      }
      onProgress(job);
    } catch (error) {
      if (closing.signal.aborted) return;
      // Often it is the saving itself that failed, so this end is not saved.
      job.state = "FAILED";
      job.error = { code: "EFAULT", message: `[EFAULT] ${errorText(error)}` };
      world.events.changed(`job:${job.id}`);
    }
  }

  function run(job: StoredJob): void {
    const running = work(job).finally(() => open.delete(running));
    open.add(running);
  }

  return {
    start: (method, request) => {
      const failure = takeFailure(failures, method);
      // TrueNAS numbers its jobs from 1 again after a restart.
      const id = Math.max(0, ...jobs.map((job) => job.id)) + 1;
      const ref = { id, method, appName: request.appName, startedAt: options.clock.now() };
      const job: StoredJob = { ...ref, ...newJob, request, failure };
      jobs.push(job);
      if (jobs.length > maxJobs) jobs.shift();
      world.save();
      run(job);
      return ref;
    },
    resume: () => {
      for (const job of jobs) if (job.state === "RUNNING") run(job);
    },
    failNext: (method, failure) => {
      failures.push({ method, failure });
    },
    close: async () => {
      closing.abort();
      await Promise.all(open);
    },
  };
}

interface PlannedFailure {
  method: NasJobMethod;
  failure: InjectedFailure;
}

/** The next injected failure of that method; one for the call itself is thrown at once. */
function takeFailure(failures: PlannedFailure[], method: NasJobMethod): InjectedFailure | null {
  const index = failures.findIndex((one) => one.method === method);
  const failure = index < 0 ? undefined : failures.splice(index, 1)[0]?.failure;
  if (failure?.at !== "call") return failure ?? null;
  throw new TackleboxError(errorCodeOf(failure) ?? "APP_JOB_FAILED", failure.message);
}

const newJob = { state: "RUNNING", percent: 0, text: "", error: null, app: null } as const;
