import type { AppMemories } from "./app-memories.ts";
import { findFreePort, isPortFree } from "./app-ports.ts";
import { type AppServer, createAppServer } from "./app-server.ts";
import type { StoredApp } from "./nas-store.ts";
import type { InjectedStart, ResolvedSimulatedNasOptions } from "./simulated-nas-options.ts";

export interface AppRunnerOptions {
  options: ResolvedSimulatedNasOptions;
  memories: AppMemories;
  /** All apps of the NAS, for the ports in use. */
  apps: ReadonlyMap<string, StoredApp>;
  /** Called after each change of an app's state or ports. */
  onChange(app: StoredApp): void;
}

/** The life of the simulated apps: their states and servers. */
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
  close(): Promise<void>;
}

interface AppLife {
  ending: AbortController;
  server: AppServer | null;
  /** Resolves, never rejects, when the start is over one way or the other. */
  started: Promise<void>;
}

export function createAppRunner(parts: AppRunnerOptions): AppRunner {
  const { options } = parts;
  const nextStarts = new Map<string, InjectedStart>();

  function setState(app: StoredApp, state: StoredApp["state"]): void {
    app.state = state;
    parts.onChange(app);
  }

  const lives = createLives((app) => setState(app, "CRASHED"));

  async function goThroughStart(app: StoredApp, life: AppLife): Promise<void> {
    const { signal } = life.ending;
    const { crash = false, readyAfterMs = options.readyAfterMs } = nextStarts.get(app.name) ?? {};
    nextStarts.delete(app.name);
    await options.clock.sleep(readyAfterMs / 2, signal);
    if (crash) return setState(app, "CRASHED");
    life.server = await openServer(app, parts);
    await options.clock.sleep(readyAfterMs / 2, signal);
    life.server.setReady();
    setState(app, "RUNNING");
  }

  return {
    assignPorts: (app) => assignPorts(app, parts),
    start: (app) => {
      setState(app, "DEPLOYING");
      void lives.begin(app, (life) => goThroughStart(app, life));
    },
    resume: (app) =>
      lives.begin(app, async (life) => {
        life.server = await openServer(app, parts);
        life.server.setReady();
        setState(app, "RUNNING");
      }),
    stop: async (app, state) => {
      if (app.state === "RUNNING" || app.state === "DEPLOYING") setState(app, "STOPPING");
      await lives.end(app.name);
      setState(app, state);
    },
    nextStart: (name, start) => {
      nextStarts.set(name, start);
    },
    close: () => lives.endAll(),
  };
}

interface AppLives {
  /** Resolves, never rejects, when the start is over one way or the other. */
  begin(app: StoredApp, start: (life: AppLife) => Promise<void>): Promise<void>;
  end(name: string): Promise<void>;
  endAll(): Promise<void>;
}

function createLives(onFailedStart: (app: StoredApp) => void): AppLives {
  const lives = new Map<string, AppLife>();

  async function end(name: string): Promise<void> {
    const life = lives.get(name);
    if (life === undefined) return;
    lives.delete(name);
    life.ending.abort();
    await life.started;
    await life.server?.close();
  }

  return {
    begin: (app, start) => {
      const life: AppLife = { ending: new AbortController(), server: null, started: Promise.resolve() };
      lives.set(app.name, life);
      life.started = start(life)
        .catch(async () => {
          // Stopped meanwhile (whoever stops it sets its state), its port is in use, or nothing can be saved.
          if (life.ending.signal.aborted) return;
          await life.server?.close();
          onFailedStart(app);
        })
        // The state is told even when it cannot be saved; the next call that saves says why.
        .catch(() => {});
      return life.started;
    },
    end,
    endAll: async () => {
      await Promise.all([...lives.keys()].map(end));
    },
  };
}

async function assignPorts(app: StoredApp, { options, apps }: AppRunnerOptions): Promise<void> {
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
async function openServer(app: StoredApp, parts: AppRunnerOptions): Promise<AppServer> {
  const { options, memories } = parts;
  const host = options.facts.lanIp;
  const free = await Promise.all(app.ports.map((port) => isPortFree(host, port)));
  if (free.includes(false)) await assignPorts(app, parts);
  const behaviour = options.behaviours[app.name] ?? options.behaviours[app.catalogApp ?? ""];
  const server = createAppServer({
    host,
    clock: options.clock,
    ports: app.ports.map((real, index) => ({ real, declared: app.declaredPorts[index] ?? real })),
    answer: (request) => memories.answer(app, behaviour, request),
    onRequest: (recorded) => memories.record(app.name, recorded),
  });
  await server.open();
  return server;
}
