import { describe, expect, it } from "vitest";
import type { JournalStore } from "../../src/datastore/datastore.ts";
import { advanceOperation, type OperationProgress } from "../../src/install/advance-operation.ts";
import type { Runtime } from "../../src/install/runtime.ts";
import { openTaskJournal } from "../../src/install/task-journal.ts";
import type { JournalEntry } from "../../src/journal/entry.ts";
import type { NasDriver } from "../../src/nas/nas-driver.ts";
import type { OperationRecord } from "../../src/task/operation-task.ts";
import { createRequest, install, untilState } from "../nas/support/nas-fixture.ts";
import { createRandom } from "../support/random.ts";
import { openInstall, type InstallFixture } from "./install-fixture.ts";
import { installRecord, upgradeRecord } from "./operation-record.ts";

/** Where a process dies: at its n-th call to the journal or the NAS, before the call or before its answer. */
interface Death {
  at: number;
  when: "before" | "after";
}

interface MortalRuntime {
  runtime: Runtime;
  /** Calls made so far. */
  made(): number;
}

/** The runtime as one process sees it; once dead, nothing it does has an effect. */
function mortal(runtime: Runtime, death: Death | null): MortalRuntime {
  let made = 0;
  let dead = false;
  const risky = <A extends unknown[], R>(call: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      const isLast = death !== null && made === death.at;
      made += 1;
      if (isLast && death.when === "before") dead = true;
      if (dead) throw new Error("the process was killed");
      const result = await call(...args);
      if (isLast) dead = true;
      if (dead) throw new Error("the process was killed");
      return result;
    };
  };
  const { nas, journals } = runtime;
  const mortalNas: NasDriver = {
    ...nas,
    ensureDirectory: risky(nas.ensureDirectory),
    startCreateApp: risky(nas.startCreateApp),
    startUpgradeApp: risky(nas.startUpgradeApp),
    followJob: risky(nas.followJob),
    findJob: risky(nas.findJob),
    getApp: risky(nas.getApp),
  };
  const mortalJournals: JournalStore = {
    ...journals,
    read: risky(journals.read),
    append: risky(journals.append),
  };
  return { runtime: { ...runtime, nas: mortalNas, journals: mortalJournals }, made: () => made };
}

/** Drives an operation as a worker does; hooks complete at once. */
async function work(
  fixture: InstallFixture,
  runtime: Runtime,
  record: OperationRecord,
): Promise<OperationProgress> {
  for (;;) {
    const { signal } = new AbortController();
    const progress = await fixture.clock.runUntil(advanceOperation(runtime, record, signal));
    if (progress.kind !== "hook") return progress;
    await fixture.write(progress.task.id, { type: "attempt-completed", attempt: 1, activeMs: 1 });
  }
}

const appCalls = (fixture: InstallFixture): string[] =>
  fixture.calls.filter((call) => call.startsWith("app."));

/** Lets processes die one after the other, then one live, and tells what came of it. */
async function survive(deaths: readonly Death[], record = installRecord()) {
  const fixture = await openInstall();
  try {
    if (record.operation === "upgrade") await installOldVersion(fixture);
    for (const death of deaths) {
      const process = mortal(fixture.runtime, death);
      await work(fixture, process.runtime, record).catch((error: Error) => {
        if (error.message !== "the process was killed") throw error;
      });
    }
    const last = mortal(fixture.runtime, null);
    const end = await work(fixture, last.runtime, record);
    return { end, calls: appCalls(fixture), made: last.made(), app: await fixture.nas.getApp("shelf") };
  } finally {
    await fixture.close();
  }
}

/** Version 1.5.0, put there by an upgrade that the NAS still remembers. */
async function installOldVersion(fixture: InstallFixture): Promise<void> {
  const { nas, clock } = fixture;
  await install(nas, clock, createRequest("shelf"));
  await clock.runUntil(untilState(nas, "shelf", "RUNNING"));
  const ref = await nas.startUpgradeApp({ appName: "shelf", version: "1.5.0", values: {} });
  await clock.runUntil(nas.followJob(ref, () => {}));
  await clock.runUntil(untilState(nas, "shelf", "RUNNING"));
}

describe("a process killed at any call to the journal or the NAS", () => {
  it.each([installRecord(), upgradeRecord({ fromVersion: "1.5.0" })])(
    "leaves the $operation to be completed by another, which calls the NAS no second time",
    async (record) => {
      const whole = await survive([], record);
      expect(whole.made).toBeGreaterThan(record.operation === "install" ? 25 : 12);
      for (let at = 0; at < whole.made; at += 1) {
        for (const when of ["before", "after"] as const) {
          const { end, calls, app } = await survive([{ at, when }], record);
          const where = `killed ${when} call ${at}`;
          expect(end, where).toEqual({ kind: "ended", status: "COMPLETED" });
          expect(calls, where).toEqual(whole.calls);
          expect(app, where).toMatchObject({ state: "RUNNING", version: record.toVersion });
        }
      }
    },
  );

  it("and killed again and again (seeded) still calls the NAS once", async () => {
    for (let seed = 0; seed < 40; seed += 1) {
      const random = createRandom(seed);
      const deaths = Array.from({ length: 2 + random.below(4) }, (): Death => ({
        at: random.below(12),
        when: random.pick(["before", "after"]),
      }));
      const { end, calls } = await survive(deaths);
      expect({ seed, end, calls }).toEqual({
        seed,
        end: { kind: "ended", status: "COMPLETED" },
        calls: ["app.create"],
      });
    }
  });
});

async function putJournal(fixture: InstallFixture, taskId: string, entries: JournalEntry[]): Promise<void> {
  await fixture.runtime.journals.remove(taskId);
  const journal = await openTaskJournal(fixture.runtime.journals, taskId, () => {});
  await journal.append(entries);
}

describe("a journal cut anywhere", () => {
  it.each(["remembers the job", "was restarted and has forgotten its jobs"])(
    "is gone on with on a NAS that %s",
    async (memory) => {
      const record = installRecord();
      const done = await openInstall();
      try {
        expect(await work(done, done.runtime, record)).toMatchObject({ status: "COMPLETED" });
        if (memory !== "remembers the job") done.nas.forgetJobs();
        const whole = await done.journalOf(record.id);
        const called = whole.findIndex(
          (entry) => entry.type === "operation" && entry.event.type === "job-starting",
        );
        expect(called).toBeGreaterThan(4);
        for (let length = 0; length <= whole.length; length += 1) {
          const wasCalled = length > called;
          const fixture = wasCalled ? done : await openInstall();
          fixture.calls.length = 0;
          await putJournal(fixture, record.id, whole.slice(0, length));
          const end = await work(fixture, fixture.runtime, record);
          expect(end, `cut to ${length}`).toEqual({ kind: "ended", status: "COMPLETED" });
          expect(appCalls(fixture), `cut to ${length}`).toEqual(wasCalled ? [] : ["app.create"]);
          if (fixture !== done) await fixture.close();
        }
      } finally {
        await done.close();
      }
    },
  );
});

describe("a process killed after it wrote that it calls the NAS, and before it did", () => {
  /** The journal of an operation without other steps, up to that point. */
  async function cutBeforeCall(fixture: InstallFixture, record: OperationRecord): Promise<void> {
    const process = mortal(fixture.runtime, null);
    const dying: NasDriver = {
      ...process.runtime.nas,
      startCreateApp: () => Promise.reject(new Error("killed")),
      startUpgradeApp: () => Promise.reject(new Error("killed")),
    };
    await expect(work(fixture, { ...process.runtime, nas: dying }, record)).rejects.toThrow("killed");
    expect((await fixture.journalOf(record.id)).at(-1)).toMatchObject({ event: { type: "job-starting" } });
  }

  it("does not take an older upgrade of the same app for its own", async () => {
    const fixture = await openInstall();
    await installOldVersion(fixture);
    const record = upgradeRecord({ fromVersion: "1.5.0" });
    await cutBeforeCall(fixture, record);
    expect(await work(fixture, fixture.runtime, record)).toMatchObject({ status: "COMPLETED" });
    expect(await fixture.nas.getApp("shelf")).toMatchObject({ version: "2.0.0" });
    await fixture.close();
  });

  it("does not take an app that was there before for its own", async () => {
    const fixture = await openInstall();
    await installOldVersion(fixture);
    const record = installRecord({ directories: [], steps: installRecord().steps.slice(3, 5) });
    await cutBeforeCall(fixture, record);
    fixture.nas.forgetJobs();
    expect(await work(fixture, fixture.runtime, record)).toMatchObject({
      kind: "parked",
      error: { code: "APP_NAME_TAKEN" },
    });
    await fixture.close();
  });

  it("does not take the failed job that was retried for the new one", async () => {
    const fixture = await openInstall();
    const record = installRecord({ directories: [], steps: installRecord().steps.slice(3, 5) });
    fixture.nas.failNext("app.create", { at: 25, code: "EINVAL", message: "[EINVAL] no" });
    expect(await work(fixture, fixture.runtime, record)).toMatchObject({ kind: "parked" });
    await fixture.runtime.desk.decide(record.id, "step-0-try-0", { action: "retry" });
    await cutBeforeCall(fixture, record);
    expect(await work(fixture, fixture.runtime, record)).toMatchObject({ status: "COMPLETED" });
    await fixture.close();
  });
});

describe("a NAS that was restarted after it upgraded the app", () => {
  it("is not asked to upgrade it again", async () => {
    const fixture = await openInstall();
    await installOldVersion(fixture);
    const record = upgradeRecord({ fromVersion: "1.5.0" });
    await work(fixture, fixture.runtime, record);
    const whole = await fixture.journalOf(record.id);
    fixture.nas.forgetJobs();
    fixture.calls.length = 0;
    for (const type of ["job-starting", "job-started"]) {
      const cut = whole.findIndex((entry) => entry.type === "operation" && entry.event.type === type) + 1;
      await putJournal(fixture, record.id, whole.slice(0, cut));
      expect(await work(fixture, fixture.runtime, record), type).toMatchObject({ status: "COMPLETED" });
    }
    expect(fixture.calls).toEqual([]);
    await fixture.close();
  });
});

describe("a NAS that is restarted while it creates the app", () => {
  it("fails the step when nothing came of it, and Retry begins anew", async () => {
    const fixture = await openInstall();
    const record = installRecord({ directories: [], steps: installRecord().steps.slice(3, 5) });
    const forgetful: NasDriver = {
      ...fixture.runtime.nas,
      followJob: (ref, onProgress, signal) =>
        fixture.nas.followJob({ ...ref, startedAt: -1 }, onProgress, signal),
      startCreateApp: async () => ({ id: 1, method: "app.create", appName: "shelf", startedAt: 1 }),
    };
    const runtime = { ...fixture.runtime, nas: forgetful };
    expect(await work(fixture, runtime, record)).toMatchObject({
      kind: "parked",
      error: { code: "NAS_JOB_UNKNOWN" },
    });
    await fixture.runtime.desk.decide(record.id, "step-0-try-0", { action: "retry" });
    expect(await work(fixture, fixture.runtime, record)).toMatchObject({ status: "COMPLETED" });
    await fixture.close();
  });
});
