import type { JsonObject } from "../../json.ts";
import type { AppReply, AppRequest, RecordedRequest } from "./app-behaviour.ts";
import { defaultAppBehaviour } from "./app-behaviour.ts";
import { findFreePort, isPortFree } from "./app-ports.ts";
import { type AppServer, createAppServer } from "./app-server.ts";
import type { NasStore, StoredApp } from "./nas-store.ts";
import type { InjectedStart, ResolvedSimulatedNasOptions } from "./simulated-nas-options.ts";

export interface AppRunnerOptions {
  options: ResolvedSimulatedNasOptions;
  store: NasStore;
  /** All apps of the NAS, for the ports in use. */
  apps: ReadonlyMap<string, StoredApp>;
  /** Called after each change of an app's state or ports. */
  onChange(app: StoredApp): void;
}

/** The life of the simulated apps: their servers, what they keep and what they have seen. */
export interface AppRunner {
  /** Gives the app real ports for its declared ones. */
  assignPorts(app: StoredApp): Promise<void>;
  /** Starts the app; it is DEPLOYING when this returns and RUNNING or CRASHED later. */
  start(app: StoredApp): void;
  /** Brings an app back that was running when the process ended; it answers when this resolves. */
  resume(app: StoredApp): Promise<void>;
  /** Ends the app's server and leaves the app in that state. */
  stop(app: StoredApp, state: "STOPPED" | "CRASHED"): Promise<void>;
  nextStart(name: string, start: InjectedStart): void;
  memoryOf(name: string): AppMemory;
  forget(name: string): void;
  close(): Promise<void>;
}

export interface AppMemory {
  data: JsonObject;
  requests: RecordedRequest[];
}

interface AppLife {
  ending: AbortController;
  server: AppServer | null;
  /** Resolves, never rejects, when the start is over one way or the other. */
  started: Promise<void>;
}

export function createAppRunner({ options, store, apps, onChange }: AppRunnerOptions): AppRunner {
  const lives = new Map<string, AppLife>();
  const memories = new Map<string, AppMemory>();
  const nextStarts = new Map<string, InjectedStart>();
  const { clock } = options;

  function memoryOf(name: string): AppMemory {
    const memory = memories.get(name) ?? store.loadApp(name);
    memories.set(name, memory);
    return memory;
  }

  function answer(app: StoredApp, request: AppRequest): AppReply {
    const memory = memoryOf(app.name);
    const before = JSON.stringify(memory.data);
    const state = {
      name: app.name,
      version: app.version,
      values: structuredClone(app.values),
      data: memory.data,
    };
    const behaviour = options.behaviours[app.name] ?? options.behaviours[app.catalogApp ?? ""];
    try {
      return behaviour?.(request, state) ?? defaultAppBehaviour(request, state);
    } finally {
      memory.data = state.data;
      if (JSON.stringify(memory.data) !== before) store.saveAppData(app.name, memory.data);
    }
  }

  function setState(app: StoredApp, state: StoredApp["state"]): void {
    app.state = state;
    onChange(app);
  }

  async function assignPorts(app: StoredApp): Promise<void> {
    if (options.ports === "declared" && app.declaredPorts.length > 0) {
      app.ports = [...app.declaredPorts];
      return;
    }
    const taken = new Set([...apps.values()].flatMap(({ name, ports }) => (name === app.name ? [] : ports)));
    const ports: number[] = [];
    for (let count = Math.max(1, app.declaredPorts.length); count > 0; count -= 1) {
      const port = await findFreePort(options.facts.lanIp, taken);
      taken.add(port);
      ports.push(port);
    }
    app.ports = ports;
  }

  /** Another program may have taken a port while the app was not listening; then the app moves to free ones. */
  async function openServer(app: StoredApp): Promise<AppServer> {
    const host = options.facts.lanIp;
    const free = await Promise.all(app.ports.map((port) => isPortFree(host, port)));
    if (free.includes(false)) await assignPorts(app);
    const memory = memoryOf(app.name);
    const server = createAppServer({
      host,
      clock,
      ports: app.ports.map((real, index) => ({ real, declared: app.declaredPorts[index] ?? real })),
      answer: (request) => answer(app, request),
      onRequest: (recorded) => {
        memory.requests.push(recorded);
        store.appendRequest(app.name, recorded);
      },
    });
    await server.open();
    return server;
  }

  async function goThroughStart(app: StoredApp, life: AppLife): Promise<void> {
    const { signal } = life.ending;
    const { crash = false, readyAfterMs = options.readyAfterMs } = nextStarts.get(app.name) ?? {};
    nextStarts.delete(app.name);
    try {
      await clock.sleep(readyAfterMs / 2, signal);
      if (crash) return setState(app, "CRASHED");
      life.server = await openServer(app);
      await clock.sleep(readyAfterMs / 2, signal);
      life.server.setReady();
      setState(app, "RUNNING");
    } catch {
      // Stopped meanwhile (whoever stops it sets its state), or its port is in use.
      if (!signal.aborted) setState(app, "CRASHED");
    }
  }

  function begin(app: StoredApp, start: (life: AppLife) => Promise<void>): AppLife {
    const life: AppLife = { ending: new AbortController(), server: null, started: Promise.resolve() };
    lives.set(app.name, life);
    life.started = start(life);
    return life;
  }

  async function end(name: string): Promise<void> {
    const life = lives.get(name);
    if (life === undefined) return;
    lives.delete(name);
    life.ending.abort();
    await life.started;
    await life.server?.close();
  }

  return {
    assignPorts,
    memoryOf,
    start: (app) => {
      setState(app, "DEPLOYING");
      begin(app, (life) => goThroughStart(app, life));
    },
    resume: (app) =>
      begin(app, async (life) => {
        life.server = await openServer(app);
        life.server.setReady();
        setState(app, "RUNNING");
      }).started,
    stop: async (app, state) => {
      if (app.state === "RUNNING" || app.state === "DEPLOYING") setState(app, "STOPPING");
      await end(app.name);
      setState(app, state);
    },
    nextStart: (name, start) => nextStarts.set(name, start),
    forget: (name) => {
      memories.delete(name);
      store.removeApp(name);
    },
    close: async () => {
      await Promise.all([...lives.keys()].map(end));
    },
  };
}
