import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMemoryStores } from "../../src/datastore/memory-stores.ts";
import type { PreparedOperation } from "../../src/install/prepare-operation.ts";
import { expectStepTimes, keepStepTimes } from "../../src/install/step-times.ts";
import { initialOperationState, type OperationRecord } from "../../src/task/operation-task.ts";
import type { OperationTaskView } from "../../src/task/task-view.ts";
import { installRequest, openBox, type Box } from "../support/box.ts";
import { installRecord, upgradeRecord } from "./operation-record.ts";

const preparedOf = (record: OperationRecord): PreparedOperation => ({
  record,
  plan: { operation: record.operation, fromVersion: null, toVersion: null, steps: [], warnings: [] },
  bundles: [],
  givenAnswers: new Map(),
  choices: { answers: {}, randomStrings: {} },
  warnings: [],
});

describe("what steps are expected to take", () => {
  const { documents } = createMemoryStores();
  const record = installRecord();

  /** An operation completed; `ms` of each of its steps, null for one that was skipped. */
  async function completed(ms: (number | null)[], of = record): Promise<void> {
    const state = initialOperationState(of);
    await keepStepTimes(documents, of, {
      ...state,
      steps: state.steps.map((step, index) => ({ ...step, activeMs: ms[index] ?? null })),
    });
  }

  async function expected(of = record): Promise<(number | undefined)[]> {
    const { steps, predictedSeconds } = (await expectStepTimes(documents, preparedOf(of))).record;
    const hooks = steps.flatMap((step) => (step.kind === "hook" && step.task !== null ? [step.task] : []));
    return [...hooks.map((task) => task.predictedSeconds), predictedSeconds];
  }

  it("is unknown at first, and of the whole as long as it is of one step that is planned", async () => {
    expect(await expected()).toEqual([undefined, undefined, undefined]);
    await completed([100, 2000, null, 30_000, 4000, null]);
    expect(await expected()).toEqual([2, undefined, undefined]);
    await completed([100, 4000, null, 30_000, 4000, 1000]);
    expect(await expected()).toEqual([4, 1, 39.1]);
  });

  it("is the median of the last nine, so that one slow day does not count", async () => {
    for (let run = 0; run < 4; run += 1) await completed([100, 900_000, null, 30_000, 4000, 1000]);
    for (let run = 0; run < 9; run += 1) await completed([100, 3000, null, 30_000, 4000, 1000]);
    expect((await expected())[0]).toBe(3);
    for (let run = 0; run < 4; run += 1) await completed([100, 900_000, null, 30_000, 4000, 1000]);
    expect((await expected())[0]).toBe(3);
    await completed([100, 900_000, null, 30_000, 4000, 1000]);
    expect((await expected())[0]).toBe(900);
  });

  it("is of the same app of the catalog under another name, and of no other app or operation", async () => {
    expect((await expected(installRecord({ appName: "shelf-2" })))[1]).toBe(1);
    expect(await expected(installRecord({ catalogApp: null, appName: "mine" }))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(await expected(upgradeRecord())).toEqual([undefined]);
  });
});

describe("an app's second install", () => {
  let box: Box;
  beforeEach(async () => {
    box = await openBox();
  });
  afterEach(async () => await box.close());

  it("knows what to expect of its steps and its hooks", async () => {
    const request = installRequest([{ scriptContent: "export async function run() {}" }], {
      catalogApp: "testapp",
    });
    const run = async (appName: string, port: number): Promise<OperationTaskView> => {
      const script = request.script.replaceAll("8080", String(port));
      const prepared = await box.tacklebox.prepare({ ...request, script, appName });
      expect(await box.tacklebox.runToEnd(prepared, new AbortController().signal)).toBe("COMPLETED");
      return (await box.tacklebox.getTask(prepared.record.id)) as OperationTaskView;
    };
    const first = await run("one", 8080);
    expect(first.predictedSeconds).toBeNull();
    const second = await run("two", 8081);
    expect(second.predictedSeconds).toEqual(expect.any(Number));
    const [hook] = await box.tacklebox.getHookTasks(second.id);
    expect(hook?.predictedSeconds).toEqual(expect.any(Number));
  });
});
