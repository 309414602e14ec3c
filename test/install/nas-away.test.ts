import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { advanceOperation, operationWaitKey } from "../../src/install/advance-operation.ts";
import { runInProcess } from "../../src/install/run-in-process.ts";
import { openTaskJournal } from "../../src/install/task-journal.ts";
import type { OperationEvent } from "../../src/task/operation-event.ts";
import type { OperationRecord } from "../../src/task/operation-task.ts";
import { anError } from "../task/hook-task-fold.ts";
import { openInstall, type InstallFixture } from "./install-fixture.ts";
import { installRecord } from "./operation-record.ts";

/** Folders, the app, and the wait for it. */
const steps = installRecord().steps.filter(({ kind }) => kind !== "hook");
const appStep = 1;
const { signal } = new AbortController();

let fixture: InstallFixture;

beforeEach(async () => {
  fixture = await openInstall();
});
afterEach(() => fixture.close());

const advance = (record: OperationRecord) =>
  fixture.clock.runUntil(advanceOperation(fixture.runtime, record, signal));

const appCalls = (): string[] => fixture.calls.filter((call) => call === "app.create");

type Cut = [
  name: "ensureDirectory" | "startCreateApp" | "followJob" | "watchApp",
  when: "before" | "during" | "after",
];

/** The link to the NAS is cut at the first such call: before the NAS has it, while it answers, or before its answer is heard. */
function cutAt(...[name, when]: Cut): void {
  const { nas } = fixture.runtime;
  const call = nas[name] as (...args: unknown[]) => Promise<unknown>;
  let isFirst = true;
  const cut = async (...args: unknown[]): Promise<unknown> => {
    if (!isFirst) return await call(...args);
    isFirst = false;
    if (when === "before") fixture.nas.setReachable(false);
    const answer = call(...args);
    if (when === "during") fixture.nas.setReachable(false);
    await answer;
    fixture.nas.setReachable(false);
    return await fixture.nas.facts();
  };
  fixture.runtime.nas = { ...nas, [name]: cut };
}

describe("an install whose NAS goes away", () => {
  it.each([true, false])("waits for it, and calls app.create once (interactive: %s)", async (interactive) => {
    const cuts: Cut[] = [
      ["ensureDirectory", "before"],
      ["startCreateApp", "before"],
      ["startCreateApp", "after"],
      ["followJob", "before"],
      ["followJob", "during"],
      ["followJob", "after"],
      ["watchApp", "during"],
    ];
    for (const [name, when] of cuts) {
      await fixture.close();
      fixture = await openInstall();
      const where = `cut ${when} ${name}`;
      const record = installRecord({ steps, interactive });
      cutAt(name, when);
      // As often as the queue tries while it is away.
      for (let tries = 0; tries < 3; tries += 1) {
        await expect(advance(record), where).rejects.toMatchObject({ code: "NAS_UNREACHABLE" });
      }
      const waiting = fixture.seen.operations.at(-1);
      expect(waiting, where).toMatchObject({
        status: "IN_PROGRESS",
        progressText: "Waiting for the NAS, which could not be reached",
        error: null,
        actions: [{ name: "cancel" }],
      });
      expect(
        fixture.seen.operations.filter(({ progressText }) => progressText === waiting?.progressText),
        where,
      ).toHaveLength(1);

      fixture.nas.setReachable(true);
      expect(await advance(record), where).toEqual({ kind: "ended", status: "COMPLETED" });
      // A call that the NAS did not get is made again.
      const calls = name === "startCreateApp" && when === "before" ? 2 : 1;
      expect(appCalls(), where).toHaveLength(calls);
      expect(await fixture.nas.getApp("shelf"), where).toMatchObject({ state: "RUNNING" });
    }
  });

  it("can be cancelled while it is away", async () => {
    const record = installRecord({ steps });
    cutAt("followJob", "during");
    await expect(advance(record)).rejects.toMatchObject({ code: "NAS_UNREACHABLE" });
    await fixture.runtime.desk.requestCancel(record.id);
    expect(await advance(record)).toEqual({ kind: "ended", status: "CANCELLED" });
  });

  it("that was made to wait for Retry by an older tacklebox goes on with the NAS's job", async () => {
    const record = installRecord({ steps });
    cutAt("followJob", "during");
    await expect(advance(record)).rejects.toMatchObject({ code: "NAS_UNREACHABLE" });
    const journal = await openTaskJournal(fixture.runtime.journals, record.id, () => {});
    const error = { ...anError, code: "NAS_UNREACHABLE" } as const;
    const event: OperationEvent = { type: "step-awaiting-retry", index: appStep, error };
    await journal.append([{ type: "operation", at: fixture.clock.now(), event }]);
    expect(await advance(record)).toMatchObject({ kind: "parked" });

    fixture.nas.setReachable(true);
    const key = operationWaitKey(appStep, 0);
    await fixture.runtime.desk.decide(record.id, key, { action: "retry" });
    expect(await advance(record)).toEqual({ kind: "ended", status: "COMPLETED" });
    expect(appCalls()).toHaveLength(1);
  });

  it("and that runs without a queue is told so, and that the NAS goes on", async () => {
    const record = installRecord({ steps });
    cutAt("followJob", "during");
    await expect(fixture.clock.runUntil(runInProcess(fixture.runtime, record, signal))).rejects.toMatchObject(
      {
        code: "NAS_UNREACHABLE",
        message:
          'install of "shelf": The simulated NAS cannot be reached: it was taken off the network; what was begun there ' +
          "goes on. When the NAS is back, look at the app before you run this again.",
      },
    );
    expect(fixture.seen.operations.at(-1)).toMatchObject({ status: "IN_PROGRESS" });
  });
});
