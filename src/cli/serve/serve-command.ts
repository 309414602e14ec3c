import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { createApiServer, type ApiServer } from "../../api/create-api-server.ts";
import { createSignInCodes } from "../../api/sign-in-codes.ts";
import { createTokenStore } from "../../api/tokens.ts";
import { systemClock } from "../../clock.ts";
import { createTacklebox, type Tacklebox } from "../../create-tacklebox.ts";
import type { Datastore } from "../../datastore/datastore.ts";
import { TackleboxError } from "../../errors.ts";
import { createTaskFeed } from "../../feed/task-feed.ts";
import { buildUi } from "../../ui/build-ui.ts";
import type { CliContext } from "../cli-context.ts";
import { serveDatastore } from "../default-datastore.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { openCommandDatastore } from "../open-command-datastore.ts";
import { printable } from "../printable.ts";
import { readCount } from "../read-count.ts";
import { untilAborted } from "../until-aborted.ts";
import { offerToWorkers, type WorkerOffer } from "./offer-to-workers.ts";
import { openSimulatedWorld, type SimulatedWorld } from "./open-simulated.ts";

/** The options of `tacklebox serve`. */
export interface ServeOptions {
  host: string;
  port: string;
  datastore?: string;
  catalog?: string;
  allowHost?: string[];
  allow?: string[];
  hookConcurrency?: string;
  /** False: it does none of the work itself. */
  worker: boolean;
}

const nasFolder = ".tacklebox/nas";

/** `tacklebox serve`: the API, the activity center and a worker in one process, until it is asked to stop. */
export async function serveCommand(context: CliContext, options: ServeOptions): Promise<ExitCode> {
  const { terminal, environment } = context;
  const port = readPort(options.port);
  const catalogRoot = requireCatalog(options.catalog);
  const datastore = await openCommandDatastore(
    context,
    options.datastore ?? environment.datastoreUrl ?? serveDatastore,
  );
  try {
    requireOthers(datastore, options);
    const world = await openSimulatedWorld(nasFolder, catalogRoot);
    try {
      const offer = await offerToWorkers(datastore, world);
      try {
        await serve({ context, options, datastore, world, offer, catalogRoot, port });
      } finally {
        await offer.close();
      }
    } finally {
      await world.close();
    }
  } finally {
    await datastore.close();
  }
  terminal.say("Stopped; hooks under way go on at their line when it is started again.");
  return exitCodes.ok;
}

interface Serving {
  context: CliContext;
  options: ServeOptions;
  datastore: Datastore;
  world: SimulatedWorld;
  offer: WorkerOffer;
  catalogRoot: string | null;
  port: number;
}

async function serve(serving: Serving): Promise<void> {
  const { context, options, datastore, world } = serving;
  const onTrouble = (text: string): void =>
    context.terminal.say(`${context.terminal.colors.yellow("!")} ${printable(text)}`);
  const tacklebox = createTacklebox({
    nas: world.nas,
    datastore,
    originMap: world.originMap,
    allow: options.allow ?? [],
    deniedPorts: [...serving.offer.ports, ...(serving.port === 0 ? [] : [serving.port])],
    onTrouble,
    ...(options.hookConcurrency === undefined
      ? {}
      : { hookConcurrency: readCount("serve --hook-concurrency", options.hookConcurrency) }),
  });
  try {
    await serveOn({ ...serving, tacklebox, onTrouble });
  } finally {
    await tacklebox.close();
  }
}

async function serveOn(
  serving: Serving & { tacklebox: Tacklebox; onTrouble: (text: string) => void },
): Promise<void> {
  const { context, options, datastore, world, tacklebox, catalogRoot, onTrouble } = serving;
  const clock = systemClock;
  const feed = await createTaskFeed({ datastore, reader: tacklebox, onTrouble });
  const codes = createSignInCodes(clock);
  const tokens = createTokenStore(datastore.documents, clock);
  const { nas } = world;
  const services = { tacklebox, datastore, nas, feed, tokens, codes, clock, catalogRoot, onTrouble };
  const server = await createApiServer({
    ...services,
    allowedHosts: options.allowHost ?? [],
    page: await buildUi(),
  });
  try {
    const url = await listen(server, options.host, serving.port);
    await serving.offer.announce(url);
    if (options.worker) await tacklebox.start();
    const first = (await tokens.isEmpty()) ? await tokens.create("first") : null;
    tellStart(serving, { url, code: codes.create(), token: first?.token ?? null });
    await untilAborted(context.signal);
    context.terminal.say("Stopping: hooks under way are handed over at their line.");
  } finally {
    await server.close();
    await feed.close();
  }
}

async function listen(server: ApiServer, host: string, port: number): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EADDRINUSE" && code !== "EACCES" && code !== "EADDRNOTAVAIL") throw error;
    throw new TackleboxError(
      "USAGE",
      `serve --host ${host} --port ${port}: it cannot listen there (${code}), expected a free port of this machine; ` +
        "stop the other program, or choose another port.",
    );
  }
}

function tellStart(
  { context, options, datastore, world, catalogRoot }: Serving,
  { url, code, token }: { url: string; code: string; token: string | null },
): void {
  const { terminal } = context;
  const { colors } = terminal;
  terminal.say(`${colors.bold("tacklebox")} is ready: ${colors.cyan(`${url}/#signin=${code}`)}`);
  terminal.say(colors.dim("  The address signs one browser in, once, within 15 minutes."));
  if (token !== null) terminal.say(`  API token  ${token}  (shown this once)`);
  terminal.say(`  tasks      ${datastore.displayUrl}`);
  terminal.say(`  NAS        simulated; sign-ins go to a stand-in at ${world.signInUrl}`);
  if (datastore.kind !== "pglite") {
    terminal.say(`  workers    ${options.worker ? "this process; more" : "none yet; add them"} with`);
    terminal.say(`             tacklebox worker --datastore ${datastore.displayUrl}`);
  }
  terminal.say(`  catalog    ${catalogRoot ?? "none; give one with --catalog"}`);
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new TackleboxError(
    "USAGE",
    `--port: found ${JSON.stringify(text)}, expected a port from 0 to 65535; correct it.`,
  );
}

function requireCatalog(folder: string | undefined): string | null {
  if (folder === undefined) return null;
  if (existsSync(folder)) return resolve(folder);
  throw new TackleboxError(
    "USAGE",
    `--catalog: found no folder ${JSON.stringify(folder)}, expected the root of a catalog; correct the path.`,
  );
}

/** Without a worker of its own, others must be able to work on its datastore. */
function requireOthers({ kind, displayUrl }: Datastore, options: ServeOptions): void {
  if (options.worker || kind !== "pglite") return;
  throw new TackleboxError(
    "USAGE",
    `serve --no-worker: the datastore ${displayUrl} was found, on which no other process can work, expected redis:// or ` +
      "postgres://; name one with --datastore, or leave --no-worker out.",
  );
}
