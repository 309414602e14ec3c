import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseKey } from "../../src/datastore/datastore-key.ts";
import { lockFolder } from "../../src/datastore/folder-lock.ts";
import { createMemoryStores } from "../../src/datastore/memory-stores.ts";
import { openDatastore } from "../../src/datastore/open-datastore.ts";
import { full, newer } from "../../src/datastore/refusals.ts";
import { seal, unseal } from "../../src/datastore/sealing.ts";
import type { Bundle } from "../../src/compile/bundle.ts";
import { acceptOnce } from "../../src/install/accept-operation.ts";
import { createDesk } from "../../src/install/desk.ts";
import { prepareOperation } from "../../src/install/prepare-operation.ts";
import { requireUnchanged } from "../../src/install/bundle-store.ts";
import { parseRecording } from "../../src/install/recording.ts";
import { openTaskJournal } from "../../src/install/task-journal.ts";
import { requireKnownFormat } from "../../src/journal/journal-format.ts";
import type { JsonObject } from "../../src/json.ts";
import { createSimulatedNas } from "../../src/nas/create-simulated-nas.ts";
import type { NasDriver } from "../../src/nas/nas-driver.ts";
import type { SimulatedNasControl } from "../../src/nas/simulated/simulated-nas-options.ts";
import { readTextFile } from "../../src/cli/read-text-file.ts";
import type { CliContext } from "../../src/cli/cli-context.ts";
import { readAllowed } from "../../src/cli/run/read-values.ts";
import { tellError } from "../../src/cli/tell-error.ts";
import { unwritable } from "../../src/cli/unwritable.ts";
import { goodFlow } from "../schema/check.ts";
import { installRequest, openBox, type Box } from "../support/box.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { signInByPin } from "../inputs/sign-in-by-pin.ts";
import { attemptStarted } from "../task/hook-task-fold.ts";
import type { Provoked } from "./provoked-scripts.ts";

/** The message of what is thrown. */
async function thrownBy(act: () => unknown): Promise<string | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

type Nas = NasDriver & SimulatedNasControl;

const app = (fields: object = {}) => ({
  appName: "notes",
  catalogApp: "notes",
  train: "stable",
  version: "1.0.0",
  values: {},
  custom: false,
  ...fields,
});

/** The refusal of a simulated NAS on which `notes` 1.0.0 runs. */
async function refusedByNas(act: (nas: Nas) => unknown): Promise<string | undefined> {
  const nas = await createSimulatedNas({
    stepMs: 0,
    readyAfterMs: 0,
    catalog: { notes: ["1.0.0", "1.1.0"] },
  });
  await nas.followJob(await nas.startCreateApp(app({ values: port(30_120) })), () => {});
  const message = await thrownBy(() => act(nas));
  await nas.close();
  return message;
}

const port = (number: number): JsonObject => ({ network: { web_port: { port_number: number } } });

/** The refusal of a tacklebox in memory. */
async function refusedByBox(act: (box: Box) => unknown): Promise<string | undefined> {
  const box = await openBox();
  const message = await thrownBy(() => act(box));
  await box.close();
  return message?.replaceAll(/tsk_\w+/g, "tsk_0mhx2k3");
}

const quietHook = { scriptContent: "export async function run(ctx) { await ctx.emitCheckpoint('a'); }" };
const question = {
  question: "Library name",
  type: "select",
  key: "library",
  options: [{ text: "Movies", value: "movies" }],
};
const askingHook = {
  ...quietHook,
  inputs: [{ type: "question", id: "library", question: { ...question, required: true } }],
};

/** What a task on which nobody can act shows. */
async function taskError(
  hook: JsonObject & { scriptContent: string },
  prepareNas: (nas: Nas) => void = () => {},
): Promise<string | undefined> {
  return await refusedByBox(async ({ tacklebox, nas }) => {
    prepareNas(nas);
    const prepared = await tacklebox.prepare(installRequest([hook], { interactive: false }));
    await tacklebox.runToEnd(prepared, new AbortController().signal);
    const { error } = await tacklebox.getTask(prepared.record.id);
    throw new Error(error?.detail);
  });
}

/** A sign-in at a provider that answers its second request with `status`. */
async function signInError(status: number): Promise<string | undefined> {
  const clock = createManualClock();
  let requests = 0;
  const pin = { id: 7, code: "abc", expiresIn: 900 };
  const ended = thrownBy(() =>
    signInByPin({
      input: {
        type: "oauth",
        id: "plex_login",
        name: "Sign in to Plex",
        provider: "plex",
        flow: { ...goodFlow, type: "pin" },
      },
      network: {
        request: async ({ url }) => {
          requests += 1;
          const body = new TextEncoder().encode(
            JSON.stringify(status === 403 && requests > 1 ? { error: "access_denied" } : pin),
          );
          return {
            url,
            status: requests === 1 ? 201 : status,
            statusText: "",
            headers: [],
            redirected: false,
            body,
          };
        },
        close: async () => {},
      },
      clock: { ...clock, sleep: async () => {} },
      onShown: () => {},
      signal: new AbortController().signal,
    }),
  );
  return await ended;
}

async function fenced(): Promise<string | undefined> {
  const { journals } = createMemoryStores();
  const entry = { type: "task", at: 0, event: { type: "cancel-requested" } } as const;
  const old = await openTaskJournal(journals, "tsk_0mhx2k3", () => {});
  await (await openTaskJournal(journals, "tsk_0mhx2k3", () => {})).append([entry]);
  return await thrownBy(() => old.append([{ ...entry, at: 1 }]));
}

/** In a folder of its own, which messages show as `/srv/tasks`. */
async function inFolder(act: (folder: string) => unknown): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "tacklebox-docs-"));
  const message = await thrownBy(() => act(folder));
  rmSync(folder, { recursive: true, force: true });
  return message
    ?.replaceAll(folder, "/srv/tasks")
    .replace(/process \d+[^,]*, since [^,]+/, "process 4711, since 2026-01-01T08:00:00.000Z");
}

const corrupted = (): void => {
  const key = randomBytes(32);
  const place = (index: string): string[] => ["journal", "tsk_0mhx2k3", index];
  unseal(key, place("4"), seal(key, place("5"), Buffer.from("{}")));
};

/** What the command line says of a fault. */
function toldOfFault(): string {
  const told: string[] = [];
  const same = (text: string): string => text;
  const terminal = {
    say: (line: string) => told.push(line),
    status: () => {},
    colors: { red: same, bold: same },
  };
  const context = { terminal, environment: { debug: false }, signal: new AbortController().signal };
  tellError(new RangeError("Invalid array length"), context as unknown as CliContext);
  return told.join("").replace("error INTERNAL ", "");
}

/** Messages of datastores, tasks, the NAS and the command line. */
export const provokedSurroundings: Provoked = {
  MACRO_VALUE: () =>
    refusedByBox(({ tacklebox }) => {
      const { script, ...request } = installRequest([quietHook]);
      const values = { ...(JSON.parse(script) as JsonObject), app_values: { path: "$LOCATION(Attic)" } };
      return tacklebox.prepare({ ...request, script: JSON.stringify(values) });
    }),
  FRESH_REFUSED: () =>
    refusedByBox(async ({ tacklebox, untilHook }) => {
      const failing = { scriptContent: "export async function run(ctx) { ctx.fail('no'); }" };
      const running = tacklebox.runToEnd(
        await tacklebox.prepare(installRequest([failing])),
        new AbortController().signal,
      );
      running.catch(() => {});
      const { id } = await untilHook("hook-0", "AWAITING_RETRY");
      try {
        await tacklebox.retry(id, { fresh: true, script: '{ "version": 5 }' });
      } finally {
        await tacklebox.skip(id);
        await running;
      }
    }),
  RECORDING_INVALID: () => thrownBy(() => parseRecording('{ "version": 5 }', "myapp.json")),
  JOURNAL_FORMAT: () =>
    thrownBy(() => requireKnownFormat("tsk_0mhx2k3", { ...attemptStarted(), format: 3 as 1 })),
  BUNDLE_CHANGED: () =>
    thrownBy(() => requireUnchanged({ code: "" } as Bundle, "5b8d2b991d2c".padEnd(64, "0"))),
  SIGN_IN_EXPIRED: () => signInError(404),
  SIGN_IN_DENIED: () => signInError(403),
  SIGN_IN_FAILED: () => signInError(400),
  JOURNAL_FENCED: fenced,
  JOURNAL_CORRUPT: () => thrownBy(corrupted),
  DATASTORE_URL: () => thrownBy(() => openDatastore("mysql://db.example/tasks")),
  DATASTORE_FOLDER: () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, "notes.txt"), "");
      await openDatastore(`pglite:${folder}`);
    }),
  DATASTORE_LOCKED: () =>
    inFolder((folder) => {
      const lock = lockFolder(folder);
      try {
        lockFolder(folder);
      } finally {
        lock.release();
      }
    }),
  DATASTORE_UNREACHABLE: () =>
    thrownBy(() => openDatastore("redis://127.0.0.1:9", { key: randomBytes(32).toString("hex") })),
  DATASTORE_FULL: () =>
    full("pglite:/srv/tasks", "its disk has 12 MiB left", {
      expected: "at least 48 MiB, so that it never runs out in the middle of a write",
      advice: "free space there; work goes on by itself.",
    }).message,
  DATASTORE_NEWER: () =>
    newer("postgres://db.example/tasks", 'schema "tacklebox" has version 2', "version 1 or older").message,
  DATASTORE_KEY: () => thrownBy(() => parseKey("secret", "the datastore key given")),
  TASK_UNKNOWN: () => refusedByBox(({ tacklebox }) => tacklebox.getTask("tsk_0mhx2k3")),
  ILLEGAL_TRANSITION: () =>
    refusedByBox(async ({ tacklebox }) => {
      const prepared = await tacklebox.prepare(installRequest([quietHook]));
      await tacklebox.runToEnd(prepared, new AbortController().signal);
      await tacklebox.retry(prepared.record.id);
    }),
  INPUT_REQUIRED: () => taskError(askingHook),
  INPUT_INVALID: () =>
    refusedByBox(({ tacklebox }) =>
      tacklebox.prepare(installRequest([askingHook], { inputs: { library: "films" } })),
    ),
  NAS_UNREACHABLE: () =>
    refusedByNas((nas) => {
      nas.setReachable(false);
      return nas.facts();
    }),
  NAS_FOLDER: () =>
    inFolder((folder) => {
      writeFileSync(join(folder, "nas.json"), "[]");
      return createSimulatedNas({ stateDir: folder });
    }),
  RERUN_REFUSED: async () => {
    const folder = mkdtempSync(join(tmpdir(), "tacklebox-rerun-"));
    const box = await openBox({ datastoreUrl: `pglite:${join(folder, "box")}` });
    const message = await thrownBy(async () => {
      const prepared = await box.tacklebox.prepare(installRequest([quietHook]));
      await box.tacklebox.runToEnd(prepared, new AbortController().signal);
      const [hook] = await box.tacklebox.getHookTasks(prepared.record.id);
      await box.datastore?.documents.remove("bundles", hook?.bundleSha256 ?? "");
      await box.tacklebox.rerun(hook?.id ?? "");
    });
    await box.close();
    rmSync(folder, { recursive: true });
    return message?.replaceAll(/tsk_\w+/g, "tsk_0mhx2k3").replace(/bundle \w+/, "bundle 5d41402abc4b");
  },
  HOOK_INTEGRITY: () =>
    refusedByBox(({ tacklebox }) =>
      tacklebox.prepare(installRequest([quietHook], { expectedSha256: { "hook-0": "5d41402a" } })),
    ),
  LOCK_FILE: () =>
    refusedByBox(async ({ tacklebox }) => {
      const catalogRoot = mkdtempSync(join(tmpdir(), "tacklebox-locked-"));
      writeFileSync(join(catalogRoot, "tacklebox.lock.json"), '{ "format": 2 }');
      const preparing = tacklebox.prepare(installRequest([quietHook], { catalogRoot }));
      await preparing.finally(() => rmSync(catalogRoot, { recursive: true }));
    }),
  IDEMPOTENCY_KEY_REUSED: () =>
    refusedByBox(async () => {
      const { documents } = createMemoryStores();
      const clock = createManualClock();
      const runtime = { documents, clock, desk: createDesk(documents, clock) };
      const acceptance = { runtime, enqueue: async () => {} };
      const nas = await createSimulatedNas({ clock });
      const install = (fingerprint: string): Promise<string> =>
        acceptOnce(acceptance, {
          key: "click-1",
          fingerprint,
          prepare: () => prepareOperation(installRequest([quietHook]), nas, 0),
        });
      await install("one request");
      await install("another").finally(() => nas.close());
    }),
  LABEL_INVALID: () =>
    refusedByBox(({ tacklebox }) =>
      tacklebox.prepare(installRequest([quietHook], { labels: { priority: 3 as unknown as string } })),
    ),
  APP_NAME_TAKEN: () => refusedByNas((nas) => nas.startCreateApp(app())),
  APP_NAME_INVALID: () => refusedByNas((nas) => nas.startCreateApp(app({ appName: "My App" }))),
  APP_UNKNOWN: () =>
    refusedByNas((nas) => nas.startUpgradeApp({ appName: "noets", version: "1.1.0", values: {} })),
  APP_NO_UPGRADE: () =>
    refusedByNas((nas) => nas.startUpgradeApp({ appName: "notes", version: "1.0.0", values: {} })),
  APP_STOPPED: () =>
    refusedByNas(async (nas) => {
      await nas.stopApp("notes");
      await nas.startUpgradeApp({ appName: "notes", version: "1.1.0", values: {} });
    }),
  APP_PORT_TAKEN: () =>
    refusedByNas((nas) =>
      nas.startCreateApp(app({ appName: "photos", catalogApp: "photos", values: port(30_120) })),
    ),
  APP_BUSY: () =>
    refusedByNas(async (nas) => {
      const request = { appName: "notes", version: "1.1.0", values: {} };
      await nas.startUpgradeApp(request);
      await nas.startUpgradeApp(request);
    }),
  APP_VERSION_UNKNOWN: () =>
    refusedByNas((nas) => nas.startUpgradeApp({ appName: "notes", version: "9.9.9", values: {} })),
  NAS_JOB_UNKNOWN: () =>
    refusedByNas((nas) =>
      nas.followJob({ id: 7, method: "app.create", appName: "notes", startedAt: 0 }, () => {}),
    ),
  DIRECTORY_REFUSED: () => refusedByNas((nas) => nas.ensureDirectory({ path: "/etc/notes" })),
  APP_JOB_FAILED: () =>
    taskError(quietHook, (nas) =>
      nas.failNext("app.create", {
        at: 60,
        code: "EFAULT",
        message: "[EFAULT] Failed 'up' action for 'testapp' app.",
      }),
    ),
  APP_CRASHED: () => taskError(quietHook, (nas) => nas.nextStart("testapp", { crash: true })),
  USAGE: () => thrownBy(() => readAllowed("https://a.example/")),
  FILE_UNWRITABLE: () =>
    Promise.resolve(
      unwritable("catalog/tacklebox.lock.json", Object.assign(new Error(), { code: "EACCES" })).message,
    ),
  FILE_UNREADABLE: () => thrownBy(() => readTextFile("no-such-file.json")),
  INTERNAL: toldOfFault,
};
