import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DocumentStore } from "../../src/datastore/datastore.ts";
import {
  acceptOnce,
  emptyFinishedKeys,
  fingerprintOf,
  type Acceptance,
} from "../../src/install/accept-operation.ts";
import { getBundle } from "../../src/install/bundle-store.ts";
import { createDesk } from "../../src/install/desk.ts";
import type { PreparedOperation } from "../../src/install/prepare-operation.ts";
import { getJson } from "../../src/install/stored-json.ts";
import type { HookTaskRecord } from "../../src/task/hook-task.ts";
import type { OperationRecord } from "../../src/task/operation-task.ts";
import { openInstall, type InstallFixture } from "./install-fixture.ts";
import { inline, input, prepareOn, scriptOf } from "./prepare-fixture.ts";

const hour = 3_600_000;

let fixture: InstallFixture;
/** Ids put into the queue, in order. */
let queued: string[];
/** How often an operation was prepared. */
let prepared: number;

beforeEach(async () => {
  fixture = await openInstall();
  queued = [];
  prepared = 0;
});
afterEach(() => fixture.close());

async function prepare(): Promise<PreparedOperation> {
  prepared += 1;
  return await prepareOn(fixture, scriptOf([inline("a", { inputs: [input("name")] })]), {
    inputs: { name: "Movies" },
  });
}

function accept(
  wish: { key?: string; fingerprint?: string; prepare?: () => Promise<PreparedOperation> } = {},
  over: Partial<Acceptance> = {},
): Promise<string> {
  const acceptance: Acceptance = {
    runtime: fixture.runtime,
    enqueue: async ({ id }) => {
      queued.push(id);
    },
    ...over,
  };
  return acceptOnce(acceptance, { key: "one", fingerprint: "same", prepare, ...wish });
}

/** What is in the collection. */
const keysOf = (collection: string): Promise<string[]> =>
  fixture.runtime.documents.list(collection, { limit: 1000 });

/** The operation as a worker finds it, whole. */
async function expectWhole(id: string): Promise<void> {
  const { documents, desk } = fixture.runtime;
  const record = await getJson<OperationRecord>(documents, "operations", id);
  const tasks = (record?.steps ?? []).flatMap((step) =>
    step.kind === "hook" && step.task !== null ? [step.task] : [],
  );
  expect(tasks).toHaveLength(1);
  for (const task of tasks) {
    expect(await getJson<HookTaskRecord>(documents, "hook-tasks", task.id)).toEqual(task);
    expect(await getBundle(documents, task.bundleSha256)).toMatchObject({ exports: ["run"] });
    expect(await desk.answers(task.id, "given")).toEqual({ name: "Movies" });
  }
}

/** Documents whose process is killed at the `cut`th call, before it or after it was carried out. */
function cutAt(cut: number, isCarriedOut: boolean): { documents: DocumentStore; calls: () => number } {
  const { documents } = fixture.runtime;
  let calls = 0;
  const guard = async <T>(call: () => Promise<T>): Promise<T> => {
    calls += 1;
    if (calls < cut) return await call();
    if (calls === cut && isCarriedOut) await call();
    throw new Error("killed");
  };
  const cutting: DocumentStore = {
    get: (...to) => guard(() => documents.get(...to)),
    put: (...to) => guard(() => documents.put(...to)),
    putIfAbsent: (...to) => guard(() => documents.putIfAbsent(...to)),
    remove: (...to) => guard(() => documents.remove(...to)),
    list: (...to) => guard(() => documents.list(...to)),
  };
  return { documents: cutting, calls: () => calls };
}

describe("a request under a key", () => {
  it("is one operation, however often it comes", async () => {
    const id = await accept();
    expect(await accept()).toBe(id);
    expect(queued).toEqual([id]);
    expect(prepared).toBe(1);
    await expectWhole(id);
  });

  it("is one operation when it comes several times at once", async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => accept()));
    expect(new Set(ids).size).toBe(1);
    expect(new Set(queued)).toEqual(new Set(ids));
    expect(await keysOf("operations")).toEqual([ids[0]]);
    expect(await keysOf("hook-tasks")).toHaveLength(1);
    await expectWhole(ids[0] as string);
  });

  it("is another operation under another key", async () => {
    expect(await accept({ key: "two" })).not.toBe(await accept());
    expect(queued).toHaveLength(2);
  });

  it("is refused when another request came under the key, and nothing changes", async () => {
    const id = await accept();
    await expect(accept({ fingerprint: "other" })).rejects.toMatchObject({
      code: "IDEMPOTENCY_KEY_REUSED",
      message: expect.stringContaining(
        `idempotency key "one": another request came under it before, which became task ${id}`,
      ),
    });
    expect(queued).toEqual([id]);
    expect(prepared).toBe(1);
  });

  it("takes no key when it is refused: mended, it may come again under it", async () => {
    const refuse = (): Promise<never> => Promise.reject(new Error("not good"));
    await expect(accept({ prepare: refuse })).rejects.toThrow("not good");
    expect(await accept({ fingerprint: "mended" })).toBe(queued[0]);
  });

  it("finds the operation that another has begun meanwhile and because of which it is refused itself", async () => {
    let first = "";
    const late = async (): Promise<never> => {
      first = await accept();
      throw new Error("the app is installed already");
    };
    expect(await accept({ prepare: late })).toBe(first);
    expect(queued).toEqual([first]);
  });

  it.each([
    ["was carried out", true],
    ["was not", false],
  ])(
    "is one whole operation after a crash at any call, which %s, when it comes again",
    async (_name, done) => {
      const counted = cutAt(Number.POSITIVE_INFINITY, done);
      await accept({ key: "whole" }, { runtime: { ...fixture.runtime, documents: counted.documents } });
      expect(counted.calls()).toBeGreaterThan(8);
      for (let cut = 1; cut <= counted.calls(); cut += 1) {
        const before = await keysOf("operations");
        const { documents } = cutAt(cut, done);
        const desk = createDesk(documents, fixture.clock);
        const runtime = { ...fixture.runtime, documents, desk };
        await expect(accept({ key: `cut ${cut}` }, { runtime })).rejects.toThrow("killed");
        const id = await accept({ key: `cut ${cut}` });
        expect((await keysOf("operations")).filter((one) => !before.includes(one))).toEqual([id]);
        expect(queued.filter((one) => !before.includes(one) && one !== id)).toEqual([]);
        expect(queued).toContain(id);
        await expectWhole(id);
      }
    },
  );

  it("is finished by the next call when the queue was not there", async () => {
    const away = (): Promise<never> => Promise.reject(new Error("no queue"));
    await expect(accept({}, { enqueue: away })).rejects.toThrow("no queue");
    const id = await accept();
    expect(queued).toEqual([id]);
    expect(prepared).toBe(1);
    expect(await accept()).toBe(id);
    expect(queued).toEqual([id]);
  });

  it("holds no answers once its operation is in the queue", async () => {
    await accept();
    const [key] = await keysOf("idempotency-keys");
    const kept = await fixture.runtime.documents.get("idempotency-keys", key ?? "");
    expect(new TextDecoder().decode(kept ?? undefined)).not.toContain("Movies");
  });

  it("loses its answers to the janitor when its process was killed before it could see to that", async () => {
    const { documents } = fixture.runtime;
    const textOf = async (key: string): Promise<string> =>
      new TextDecoder().decode((await documents.get("idempotency-keys", key)) ?? undefined);
    const killed = (): Promise<never> => Promise.reject(new Error("killed"));
    await expect(accept({}, { enqueue: killed })).rejects.toThrow("killed");
    const [key = ""] = await keysOf("idempotency-keys");
    await emptyFinishedKeys(fixture.runtime);
    // Whoever took it may be at work yet.
    expect(await textOf(key)).toContain("Movies");
    fixture.clock.advance(hour);
    await emptyFinishedKeys(fixture.runtime);
    expect(await textOf(key)).not.toContain("Movies");
    const [id] = await keysOf("operations");
    expect(await accept()).toBe(id);
    expect(prepared).toBe(1);
  });

  it("keeps them while they are nowhere else", async () => {
    const { documents } = cutAt(11, false);
    const desk = createDesk(documents, fixture.clock);
    await expect(accept({}, { runtime: { ...fixture.runtime, documents, desk } })).rejects.toThrow("killed");
    expect(await keysOf("idempotency-keys")).toHaveLength(1);
    expect(await keysOf("operations")).toEqual([]);
    fixture.clock.advance(hour);
    await emptyFinishedKeys(fixture.runtime);
    await expectWhole(await accept());
  });

  it("is known for more than a day, and forgotten when others come after two", async () => {
    const id = await accept();
    fixture.clock.advance(25 * hour);
    await accept({ key: "two" });
    expect(await accept()).toBe(id);
    fixture.clock.advance(24 * hour);
    await accept({ key: "three" });
    expect(await keysOf("idempotency-keys")).toHaveLength(2);
    expect(await keysOf("idempotency-times")).toHaveLength(2);
    expect(await accept()).not.toBe(id);
  });
});

describe("the fingerprint of a request", () => {
  it("does not depend on the order of fields, and on nothing else", () => {
    const one = fingerprintOf({ script: "{}", answers: { a: 1, b: [1, { c: 2, d: 3 }] } });
    expect(fingerprintOf({ answers: { b: [1, { d: 3, c: 2 }], a: 1 }, script: "{}" })).toBe(one);
    expect(fingerprintOf({ script: "{}", answers: { a: 1, b: [{ c: 2, d: 3 }, 1] } })).not.toBe(one);
    expect(fingerprintOf({ script: "{ }", answers: { a: 1, b: [1, { c: 2, d: 3 }] } })).not.toBe(one);
  });
});
