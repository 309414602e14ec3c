import { randomBytes } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { startServe, type ServeProgram } from "../support/serve-program.ts";
import { testDatastores, type TestDatastore } from "../support/test-datastores.ts";
import { ask, runHostileLoad } from "./support/hostile-load.ts";

/** What the service may take more than at its start, whatever hooks do. */
const memoryGrowthBytes = 200 * 1024 * 1024;

const kinds = testDatastores.filter(({ kind, available }) => available && kind !== "postgres");

describe.each(kinds)("hostile hooks beside benign ones, served on $kind", (subject) => {
  let store: TestDatastore | null = null;
  let served: ServeProgram | null = null;
  afterEach(async () => {
    await served?.stop();
    await store?.remove();
  });

  it("do no harm to the others, to the service or to its memory", { timeout: 400_000 }, async () => {
    store = await subject.create();
    served = await startServe(store.url, { env: { TACKLEBOX_KEY: randomBytes(32).toString("hex") } });
    const { benign, harmful, answers, growthBytes } = await runHostileLoad(served);
    expect(benign).toEqual(benign.map(() => "COMPLETED"));
    expect(benign.length).toBeGreaterThan(5);
    expect(answers).toBeGreaterThan(10);
    expect(growthBytes).toBeLessThan(memoryGrowthBytes);
    for (const id of harmful) {
      const shown = await ask(served, `/v1/tasks/${id}?include=children,logs`);
      expect(shown.status).toBe(200);
      expect((await shown.text()).length).toBeLessThan(2 * 1024 * 1024);
    }
    expect(served.output()).not.toMatch(/INTERNAL|unhandled|Error:/);
  });
});
