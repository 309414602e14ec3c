import type { Datastore } from "../datastore/datastore.ts";
import { parseDatastoreUrl } from "../datastore/datastore-url.ts";
import { openDatastore } from "../datastore/open-datastore.ts";
import { TackleboxError } from "../errors.ts";
import type { CliContext } from "./cli-context.ts";
import type { Environment } from "./environment.ts";
import { printableLine } from "./printable.ts";

/**
 * Opens the datastore a command works on and says, in one line, which loss it covers; then each setting found that puts
 * tasks at risk. Every command that opens one goes through here.
 */
export async function openCommandDatastore(context: CliContext, url: string): Promise<Datastore> {
  const { terminal, environment } = context;
  const { colors } = terminal;
  requireKey(environment, url);
  terminal.status("Opening the datastore");
  try {
    const datastore = await openDatastore(url, {
      key: environment.datastoreKey ?? undefined,
      keyFile: environment.datastoreKeyFile ?? undefined,
      previousKeys: environment.previousKey === null ? [] : [environment.previousKey],
      previousKeyFiles: environment.previousKeyFile === null ? [] : [environment.previousKeyFile],
      onProgress: (text) => terminal.say(colors.dim(`  ${text}`)),
    });
    const { displayUrl, durability, warnings } = datastore;
    terminal.say(colors.dim(`Datastore ${printableLine(displayUrl)}: ${printableLine(durability)}`));
    for (const warning of warnings) terminal.say(`${colors.yellow("!")} ${printableLine(warning)}`);
    return datastore;
  } finally {
    terminal.status(null);
  }
}

/** The same refusal as the library's, in the words of the command line. */
function requireKey({ datastoreKey, datastoreKeyFile }: Environment, url: string): void {
  const target = parseDatastoreUrl(url);
  if (target.kind === "pglite" || datastoreKey !== null || datastoreKeyFile !== null) return;
  throw new TackleboxError(
    "DATASTORE_KEY",
    `datastore ${target.displayUrl}: neither TACKLEBOX_KEY nor TACKLEBOX_KEY_FILE is set, expected one of them, since what ` +
      "is stored is encrypted; set TACKLEBOX_KEY to a key (openssl rand -base64 32), or TACKLEBOX_KEY_FILE to the name of a " +
      "file, which is made on first use. All workers of a datastore share one key.",
  );
}
