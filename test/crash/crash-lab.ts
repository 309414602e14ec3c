import { behaviours } from "../../catalog-example/_simulated/behaviours.ts";
import { scenarios, type Scenario } from "../../catalog-example/_simulated/scenarios.ts";
import { createTacklebox, type Tacklebox } from "../../src/create-tacklebox.ts";
import { openDatastore } from "../../src/datastore/open-datastore.ts";
import type { Datastore } from "../../src/datastore/datastore.ts";
import { createSimulatedNas } from "../../src/nas/create-simulated-nas.ts";
import type { NasDriver } from "../../src/nas/nas-driver.ts";
import type { AppBehaviour } from "../../src/nas/simulated/app-behaviour.ts";
import { createSignInStandIn, type SignInStandIn } from "../../src/nas/simulated/sign-in-stand-in.ts";
import type { SimulatedNasControl } from "../../src/nas/simulated/simulated-nas-options.ts";
import { buildSandboxCode } from "../../src/runtime/sandbox-code.ts";
import type { TaskView } from "../../src/task/task-view.ts";
import { testDatastoreOptions, type TestDatastore, type testDatastores } from "../support/test-datastores.ts";
import { loadWorker, startWorker, WorkerGoneError, type CrashWorker } from "./crash-worker.ts";
import { connectLabNas, serveLabNas, type RemoteNasServer } from "./remote-nas.ts";
import type { ClockShift, FacadeMethod, WorkerSettings } from "./worker-protocol.ts";

export interface CrashLabOptions {
  tacklebox?: WorkerSettings["tacklebox"];
  /** How long reads and writes wait for a server that is away; default as in production. */
  outageMs?: number;
  /** Apps beside those of the example catalog. */
  behaviours?: Record<string, AppBehaviour>;
}

type Subject = (typeof testDatastores)[number];

/**
 * What outlives the workers: the NAS with its apps, in this process, and the datastore. Where several processes may open
 * the datastore, people click in this process; else their clicks go through the worker that is alive.
 */
export class CrashLab {
  readonly nas: NasDriver & SimulatedNasControl;
  readonly server: RemoteNasServer;
  readonly apps: BusyApps;
  /** Where users sign in. */
  readonly standIn: SignInStandIn;
  /** Everything workers said that needs no answer. */
  readonly troubles: string[] = [];
  worker: CrashWorker | null = null;
  onView: (view: TaskView) => void = () => {};
  onTrouble: (text: string) => void = () => {};
  onSandboxKilled: () => void = () => {};
  /** Told the method of each request to the sign-in provider, before it is answered. */
  onProviderAsked: (method: string) => void = () => {};
  /** Of the operation that was submitted last. */
  lastOperationId = "";
  private spare = loadWorker();
  private readonly place: TestDatastore;
  private readonly settings: WorkerSettings;
  private readonly desk: { datastore: Datastore; tacklebox: Tacklebox } | null;

  static async open(subject: Subject, options: CrashLabOptions = {}): Promise<CrashLab> {
    const place = await subject.create();
    const apps: BusyApps = { areBusy: false };
    const busy = {
      sync: busyUntilTold(apps, "sync", "phonesTried"),
      mediabox: busyUntilTold(apps, "mediabox", "showsTried"),
    };
    const all = { ...behaviours, ...busy, ...options.behaviours };
    const nas = await createSimulatedNas({ stepMs: 1, readyAfterMs: 1, behaviours: all });
    let lab: CrashLab | null = null;
    const standIn = await createSignInStandIn({ onRequest: ({ method }) => lab?.onProviderAsked(method) });
    const signInOrigins = new Set(scenarios.flatMap((scenario) => scenario.signInOrigins ?? []));
    const server = await serveLabNas(nas);
    const settings = {
      sandboxCode: await buildSandboxCode(),
      datastoreUrl: place.url,
      datastoreOptions: { ...testDatastoreOptions, outageMs: options.outageMs },
      nasUrl: server.url,
      clock: { wallMs: 0, steadyMs: 0 },
      tacklebox: {
        parkAfterMs: 20,
        restAfterMs: 200,
        spareSandboxes: 0,
        soleWorker: true,
        leaseMs: 3_600_000,
        originMap: [...signInOrigins].map((from) => ({ from, to: standIn.url })),
        ...options.tacklebox,
      },
    };
    const desk = subject.kind === "pglite" ? null : await openDesk(settings);
    lab = new CrashLab({ place, nas, server, settings, desk, apps, standIn });
    return lab;
  }

  private constructor(parts: {
    place: TestDatastore;
    nas: NasDriver & SimulatedNasControl;
    server: RemoteNasServer;
    settings: WorkerSettings;
    desk: CrashLab["desk"];
    apps: BusyApps;
    standIn: SignInStandIn;
  }) {
    this.place = parts.place;
    this.nas = parts.nas;
    this.server = parts.server;
    this.settings = parts.settings;
    this.desk = parts.desk;
    this.apps = parts.apps;
    this.standIn = parts.standIn;
  }

  /** A worker of its own, beside the one of `ensureWorker`. */
  startWorker(): CrashWorker {
    const loaded = this.spare;
    this.spare = loadWorker();
    return startWorker(loaded, this.settings, {
      onView: (view) => this.onView(view),
      onTrouble: (text) => {
        this.troubles.push(text);
        this.onTrouble(text);
      },
      onSandboxKilled: () => this.onSandboxKilled(),
    });
  }

  /** Sets the clocks of the worker that is alive, and of those to come. */
  async setClock(clock: ClockShift): Promise<void> {
    this.settings.clock = clock;
    if (this.worker?.isAlive === true) await this.worker.setClock(clock);
  }

  /** The worker that is alive, or a fresh one once it takes jobs. */
  async ensureWorker(): Promise<CrashWorker> {
    if (this.worker?.isAlive !== true) this.worker = this.startWorker();
    const { worker } = this;
    await worker.started.catch((error: unknown) => {
      if (worker.isAlive) throw error;
    });
    return worker;
  }

  /** Resolves when the next worker only has to be told its settings, so that a kill does not last on a busy machine. */
  async untilSpareLoaded(): Promise<void> {
    await this.spare.loaded;
  }

  /** A call of the facade, as people make it. Rejects with `WorkerGoneError` when it went through a worker that died. */
  async call<M extends FacadeMethod>(
    method: M,
    ...args: Parameters<Tacklebox[M]>
  ): Promise<Awaited<ReturnType<Tacklebox[M]>>> {
    if (this.desk === null) {
      if (this.worker === null) throw new WorkerGoneError("no worker was started");
      return await this.worker.call(method, ...args);
    }
    const { tacklebox } = this.desk;
    const call = tacklebox[method] as (...given: Parameters<Tacklebox[M]>) => ReturnType<Tacklebox[M]>;
    return await call.apply(tacklebox, args);
  }

  /** The first view from now on that matches. */
  until(matches: (view: TaskView) => boolean): Promise<TaskView> {
    return new Promise((resolve) => {
      this.onView = (view) => {
        if (matches(view)) resolve(view);
      };
    });
  }

  /** The first trouble from now on that matches. */
  untilTrouble(pattern: RegExp): Promise<string> {
    return new Promise((resolve) => {
      this.onTrouble = (text) => {
        if (pattern.test(text)) resolve(text);
      };
    });
  }

  /** The NAS as the scenario finds it: without the app, or with its old version. */
  async prepareNas(scenario: Scenario, values: () => Promise<Record<string, never>>): Promise<void> {
    const { app, fromVersion } = scenario;
    if ((await this.nas.getApp(app)) !== null) await this.nas.deleteApp(app);
    if (fromVersion === undefined) return;
    const request = { appName: app, catalogApp: app, train: "stable", version: fromVersion, custom: false };
    const ref = await this.nas.startCreateApp({ ...request, values: await values() });
    await this.nas.followJob(ref, () => {});
    const stop = new AbortController();
    await this.nas.watchApp(app, ({ state }) => state === "RUNNING" && stop.abort(), stop.signal);
  }

  async close(): Promise<void> {
    await this.worker?.kill9();
    await this.spare.program.kill9();
    await this.desk?.tacklebox.close();
    await this.desk?.datastore.close();
    await this.server.close();
    await this.nas.close();
    await this.standIn.close();
    await this.place.remove();
  }
}

/** Whether apps refuse what their behaviour in the catalog refuses the first time. */
export interface BusyApps {
  areBusy: boolean;
}

/**
 * An app of the catalog is busy at the first request, whatever becomes of that. Here it is busy until the test says
 * otherwise, so that a request that is sent again is answered the same.
 */
function busyUntilTold(apps: BusyApps, app: string, tried: string): AppBehaviour {
  return (request, state) => {
    const { data, ...rest } = state;
    Object.assign(data, { [tried]: !apps.areBusy });
    return behaviours[app]?.(request, { ...rest, data }) ?? null;
  };
}

async function openDesk(settings: WorkerSettings): Promise<{ datastore: Datastore; tacklebox: Tacklebox }> {
  const datastore = await openDatastore(settings.datastoreUrl, settings.datastoreOptions);
  const tacklebox = createTacklebox({ nas: connectLabNas(settings.nasUrl), datastore, spareSandboxes: 0 });
  return { datastore, tacklebox };
}
