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
import { untilAborted } from "../until-aborted.ts";
import { offerToWorkers, type WorkerOffer } from "./offer-to-workers.ts";
import { openSimulatedWorld, type SimulatedWorld } from "./open-simulated.ts";
import { resolveServeOptions, type ResolvedServeOptions, type ServeOptions } from "./serve-options.ts";

const nasFolder = ".tacklebox/nas";

/** `tacklebox serve`: the API, the activity center and a worker in one process, until it is asked to stop. */
export async function serveCommand(context: CliContext, given: ServeOptions): Promise<ExitCode> {
  const { terminal, environment } = context;
  const options = resolveServeOptions(given);
  const datastore = await openCommandDatastore(
    context,
    given.datastore ?? environment.datastoreUrl ?? serveDatastore,
  );
  try {
    requireOthers(datastore, options);
    const world = await openSimulatedWorld(nasFolder, options);
    try {
      const offer = await offerToWorkers(datastore, world);
      try {
        await serve({ context, options, datastore, world, offer });
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
  options: ResolvedServeOptions;
  datastore: Datastore;
  world: SimulatedWorld;
  offer: WorkerOffer;
}

async function serve(serving: Serving): Promise<void> {
  const { context, options, datastore, world } = serving;
  const onTrouble = (text: string): void =>
    context.terminal.say(`${context.terminal.colors.yellow("!")} ${printable(text)}`);
  const tacklebox = createTacklebox({
    nas: world.nas,
    datastore,
    originMap: world.originMap,
    allow: options.allow,
    deniedPorts: [...serving.offer.ports, ...(options.port === 0 ? [] : [options.port])],
    onTrouble,
    ...(options.hookConcurrency === null ? {} : { hookConcurrency: options.hookConcurrency }),
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
  const { context, options, datastore, world, tacklebox, onTrouble } = serving;
  const { catalogRoot, allowedHosts } = options;
  const clock = systemClock;
  const feed = await createTaskFeed({ datastore, reader: tacklebox, onTrouble });
  const codes = createSignInCodes(clock);
  const tokens = createTokenStore(datastore.documents, clock);
  const { nas } = world;
  const services = { tacklebox, datastore, nas, feed, tokens, codes, clock, catalogRoot, onTrouble };
  const server = await createApiServer({
    ...services,
    allowedHosts,
    page: await buildUi(),
  });
  try {
    const url = await listen(server, options.host, options.port);
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
  { context, options, datastore, world }: Serving,
  { url, code, token }: { url: string; code: string; token: string | null },
): void {
  const { terminal } = context;
  const { colors } = terminal;
  terminal.say(`${colors.bold("tacklebox")} is ready: ${colors.cyan(`${url}/#signin=${code}`)}`);
  terminal.say(colors.dim("  The address signs one browser in, once, within 15 minutes."));
  if (token !== null) terminal.say(`  API token  ${token}  (shown this once)`);
  terminal.say(`  tasks      ${datastore.displayUrl}`);
  terminal.say(`  NAS        simulated; sign-ins of the catalog go to a stand-in at ${world.signInUrl}`);
  if (datastore.kind !== "pglite") {
    terminal.say(`  workers    ${options.worker ? "this process; more" : "none yet; add them"} with`);
    terminal.say(`             tacklebox worker --datastore ${datastore.displayUrl}`);
  }
  terminal.say(`  catalog    ${options.catalogRoot ?? "none; give one with --catalog"}`);
}

/** Without a worker of its own, others must be able to work on its datastore. */
function requireOthers({ kind, displayUrl }: Datastore, options: ResolvedServeOptions): void {
  if (options.worker || kind !== "pglite") return;
  throw new TackleboxError(
    "USAGE",
    `serve --no-worker: the datastore ${displayUrl} was found, on which no other process can work, expected redis:// or ` +
      "postgres://; name one with --datastore, or leave --no-worker out.",
  );
}
