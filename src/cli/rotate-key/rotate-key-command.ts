import type { CliContext } from "../cli-context.ts";
import { defaultDatastore } from "../default-datastore.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { openCommandDatastore } from "../open-command-datastore.ts";
import { printableLine } from "../printable.ts";

/** The options of `tacklebox rotate-key`. */
export interface RotateKeyOptions {
  datastore?: string;
}

/**
 * `tacklebox rotate-key`: seals everything in a datastore anew with the key given, so that the previous ones are needed
 * no more. Ended at any moment, it goes on when it is called again.
 */
export async function rotateKeyCommand(context: CliContext, options: RotateKeyOptions): Promise<ExitCode> {
  const { terminal, environment } = context;
  const { colors } = terminal;
  const url = options.datastore ?? environment.datastoreUrl ?? defaultDatastore;
  const datastore = await openCommandDatastore(context, url);
  try {
    terminal.status("Sealing anew");
    const { resealed, damaged } = await datastore.reseal();
    terminal.status(null);
    for (const place of damaged) terminal.say(`${colors.yellow("!")} No key opens ${printableLine(place)}`);
    terminal.say(`${resealed} values sealed anew; the datastore opens with the new key alone.`);
    return damaged.length === 0 ? exitCodes.ok : exitCodes.hookFailed;
  } finally {
    terminal.status(null);
    await datastore.close();
  }
}
