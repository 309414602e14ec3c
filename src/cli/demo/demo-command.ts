import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { createTacklebox, type Tacklebox } from "../../create-tacklebox.ts";
import type { Datastore } from "../../datastore/datastore.ts";
import { createSimulatedNas } from "../../nas/create-simulated-nas.ts";
import { createSignInStandIn, type SignInStandIn } from "../../nas/simulated/sign-in-stand-in.ts";
import { isTerminal } from "../../task/task-state.ts";
import type { CliContext } from "../cli-context.ts";
import { defaultDatastore } from "../default-datastore.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { openCommandDatastore } from "../open-command-datastore.ts";
import { printable } from "../printable.ts";
import { readTextFile } from "../read-text-file.ts";
import { loadBehaviour } from "../run/run-nas.ts";
import { signInOrigins } from "../sign-in-origins.ts";
import { closingReport } from "./closing-report.ts";
import { createDemoStage, type DemoStage } from "./demo-stage.ts";

/** The options of `tacklebox demo`. */
export interface DemoOptions {
  yes?: boolean;
  datastore?: string;
}

const app = "mediabox";
const oldVersion = "1.4.0";
const newVersion = "2.0.0";

const catalog = fileURLToPath(new URL("../../../catalog-example", import.meta.url));

/** `tacklebox demo`: one app is installed and upgraded with its hooks, on real parts, while you watch. */
export async function demoCommand(context: CliContext, options: DemoOptions): Promise<ExitCode> {
  const { terminal, environment } = context;
  const { colors } = terminal;
  const begunAt = performance.now();
  const url = options.datastore ?? environment.datastoreUrl ?? defaultDatastore;
  terminal.say(`${colors.bold("tacklebox demo")}: ${app} is installed, then upgraded, with all its hooks.`);
  const datastore = await openCommandDatastore(context, url);
  try {
    return await playDemo({
      context,
      datastore,
      asks: terminal.interactive && options.yes !== true,
      begunAt,
    });
  } finally {
    await datastore.close();
  }
}

interface Demo {
  context: CliContext;
  datastore: Datastore;
  asks: boolean;
  begunAt: number;
}

async function playDemo(demo: Demo): Promise<ExitCode> {
  const { context, datastore } = demo;
  const { terminal } = context;
  const scriptFile = relative(process.cwd(), `${catalog}/${app}.json`);
  const script = await readTextFile(scriptFile);
  const behaviour = await loadBehaviour({
    request: { operation: "install", script, scriptFile, appName: app, answers: {}, inputs: {} },
    simulatedFolder: `${catalog}/_simulated`,
  });
  const signIn = await createSignInStandIn();
  const nas = await createSimulatedNas({ behaviours: behaviour === null ? {} : { [app]: behaviour } });
  const stage = createDemoStage({ context, asks: demo.asks, signIn });
  const tacklebox = createTacklebox({
    nas,
    datastore,
    originMap: signInOrigins(script).map((from) => ({ from, to: signIn.url })),
    observer: stage.observer,
    onTrouble: (text) => terminal.say(`${terminal.colors.yellow("!")} ${printable(text)}`),
  });
  try {
    tellStage(demo, signIn);
    return await playActs({ demo, tacklebox, stage, script, scriptFile });
  } finally {
    terminal.status(null);
    await tacklebox.close();
    await nas.close();
    await signIn.close();
  }
}

function tellStage({ context, datastore }: Demo, signIn: SignInStandIn): void {
  const { terminal } = context;
  terminal.say(`  NAS        simulated, in this process; apps are real HTTP servers on 127.0.0.1`);
  terminal.say(`  sign-in    a stand-in provider at ${signIn.url}`);
  terminal.say(`  tasks      ${placeOf(datastore)}`);
}

/** The datastore's URL; a folder below this one by its short name. */
function placeOf({ kind, displayUrl }: Datastore): string {
  if (kind !== "pglite") return displayUrl;
  const folder = displayUrl.slice("pglite:".length);
  const short = relative(process.cwd(), folder);
  return `pglite:${short.startsWith("..") ? folder : short}`;
}

interface Acts {
  demo: Demo;
  tacklebox: Tacklebox;
  stage: DemoStage;
  script: string;
  scriptFile: string;
}

async function playActs(acts: Acts): Promise<ExitCode> {
  const { demo, tacklebox } = acts;
  const { terminal, signal } = demo.context;
  await cancelLeftovers(tacklebox);
  await tacklebox.start();
  const done: string[] = [];
  for (const operation of ["install", "upgrade"] as const) {
    const version = operation === "install" ? oldVersion : newVersion;
    terminal.say("");
    terminal.say(
      terminal.colors.bold(
        operation === "install" ? `Installing ${app} ${version}` : `Upgrading ${app} to ${version}`,
      ),
    );
    const { id, status } = await playOperation(acts, operation, version);
    done.push(id);
    if (signal.aborted) throw signal.reason;
    if (status !== "COMPLETED") break;
  }
  const report = await closingReport(tacklebox, done, terminal.dataColors);
  for (const line of ["", ...report]) terminal.data(line);
  const seconds = ((performance.now() - demo.begunAt) / 1000).toFixed(1);
  terminal.data("");
  terminal.data(`Done in ${seconds} s. The history of these tasks is kept in ${placeOf(demo.datastore)}.`);
  terminal.data(`Next, run the hooks of one app by themselves, in the same sandbox:`);
  terminal.data(`  npm run -s tacklebox -- run ${relative(process.cwd(), catalog)}/notes.json`);
  await tellReplay(demo, tacklebox, done);
  const views = await Promise.all(done.map((id) => tacklebox.getTask(id)));
  return views.every(({ status }) => status === "COMPLETED") ? exitCodes.ok : exitCodes.hookFailed;
}

/** How to look at the hook with the most to see, the one that asked and waited. */
async function tellReplay({ context }: Demo, tacklebox: Tacklebox, operations: string[]): Promise<void> {
  const hooks = await Promise.all(operations.map((id) => tacklebox.getHookTasks(id)));
  const setup = hooks.flat().find(({ hookId }) => hookId === `${app}-setup`);
  if (setup === undefined) return;
  context.terminal.data(`Or go through what one of these hooks did, call by call:`);
  context.terminal.data(`  npm run -s tacklebox -- replay ${setup.id}`);
}

async function playOperation(
  { demo, tacklebox, stage, script, scriptFile }: Acts,
  operation: "install" | "upgrade",
  toVersion: string,
): Promise<{ id: string; status: string }> {
  const { signal } = demo.context;
  const id = await tacklebox.submit({
    operation,
    script,
    scriptFile,
    catalogRoot: catalog,
    appName: app,
    toVersion,
  });
  try {
    return { id, status: await stage.follow(id, tacklebox, signal) };
  } catch (error) {
    if (!signal.aborted) throw error;
    const { status } = await tacklebox.getTask(id);
    if (!isTerminal(status)) await tacklebox.cancel(id);
    throw error;
  }
}

/** What an earlier demo left undone belongs to a NAS that is gone. */
async function cancelLeftovers(tacklebox: Tacklebox): Promise<void> {
  const operations = await tacklebox.listOperations();
  const open = operations.filter(({ status }) => !isTerminal(status));
  await Promise.all(open.map(({ id }) => tacklebox.cancel(id)));
}
