import { createTacklebox } from "../../create-tacklebox.ts";
import { parseDatastoreUrl } from "../../datastore/datastore-url.ts";
import type { Datastore } from "../../datastore/datastore.ts";
import { TackleboxError } from "../../errors.ts";
import { connectNas } from "../../nas/remote/connect-nas.ts";
import { requireNasOffer } from "../../nas/remote/nas-offer.ts";
import type { CliContext } from "../cli-context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { openCommandDatastore } from "../open-command-datastore.ts";
import { printable } from "../printable.ts";
import { readCount } from "../read-count.ts";
import { readAllowed } from "../run/read-values.ts";
import { untilAborted } from "../until-aborted.ts";

/** The options of `tacklebox worker`. */
export interface WorkerOptions {
  datastore?: string;
  allow?: string[];
  hookConcurrency?: string;
}

/** `tacklebox worker`: one more process that works on the tasks of a datastore, until it is asked to stop. */
export async function workerCommand(context: CliContext, options: WorkerOptions): Promise<ExitCode> {
  const url = requireShared(options.datastore ?? context.environment.datastoreUrl);
  const allow = (options.allow ?? []).map((text) => readAllowed(text, "worker"));
  const hookConcurrency =
    options.hookConcurrency === undefined
      ? {}
      : { hookConcurrency: readCount("worker --hook-concurrency", options.hookConcurrency) };
  const datastore = await openCommandDatastore(context, url);
  try {
    await work(context, datastore, { allow, ...hookConcurrency });
  } finally {
    await datastore.close();
  }
  context.terminal.say("Stopped; hooks it had under way go on at their line in another worker.");
  return exitCodes.ok;
}

async function work(
  { terminal, signal }: CliContext,
  datastore: Datastore,
  settings: { allow: string[]; hookConcurrency?: number },
): Promise<void> {
  const { documents, displayUrl } = datastore;
  const { originMap, deniedPorts } = await requireNasOffer(documents, displayUrl);
  const tacklebox = createTacklebox({
    nas: connectNas(() => requireNasOffer(documents, displayUrl)),
    datastore,
    originMap,
    deniedPorts,
    ...settings,
    onTrouble: (text) => terminal.say(`${terminal.colors.yellow("!")} ${printable(text)}`),
  });
  try {
    await tacklebox.start();
    terminal.say(`${terminal.colors.bold("tacklebox worker")} is at work on ${displayUrl}`);
    await untilAborted(signal);
    terminal.say("Stopping: hooks under way are handed over at their line.");
  } finally {
    await tacklebox.close();
  }
}

/** A datastore that several processes may work on. */
function requireShared(url: string | null): string {
  if (url !== null && parseDatastoreUrl(url).kind !== "pglite") return url;
  const found = url === null ? "none was named" : `${url} was found, which belongs to one process`;
  throw new TackleboxError(
    "USAGE",
    `worker --datastore: ${found}, expected redis:// or postgres://; ` +
      "name the one the server has, or run tacklebox serve alone, which is a worker as well.",
  );
}
