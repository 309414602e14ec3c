import type { Datastore } from "../datastore/datastore.ts";
import { openDatastore } from "../datastore/open-datastore.ts";
import type { CliContext } from "./cli-context.ts";
import { printableLine } from "./printable.ts";

/**
 * Opens the datastore a command works on and says, in one line, which loss it covers; then each setting found that puts
 * tasks at risk. Every command that opens one goes through here.
 */
export async function openCommandDatastore(context: CliContext, url: string): Promise<Datastore> {
  const { terminal, environment } = context;
  const { colors } = terminal;
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
