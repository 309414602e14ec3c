import { TackleboxError } from "../../errors.ts";
import type { CliContext } from "../cli-context.ts";
import type { Environment } from "../environment.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { openCommandDatastore } from "../open-command-datastore.ts";
import { printableLine } from "../printable.ts";
import { requireExistingDatastore } from "../require-existing-datastore.ts";

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
  const url = requireNamed(options.datastore ?? environment.datastoreUrl);
  requireExistingDatastore(url, "correct the path");
  requirePreviousKey(environment);
  const datastore = await openCommandDatastore(context, url);
  try {
    terminal.status("Sealing anew");
    const { resealed, damaged } = await datastore.reseal();
    terminal.status(null);
    for (const place of damaged) terminal.say(`${colors.yellow("!")} No key opens ${printableLine(place)}`);
    terminal.say(doneText(resealed, datastore.displayUrl));
    return damaged.length === 0 ? exitCodes.ok : exitCodes.hookFailed;
  } finally {
    terminal.status(null);
    await datastore.close();
  }
}

function doneText(resealed: number, displayUrl: string): string {
  if (resealed === 0)
    return (
      `Nothing in ${displayUrl} needs the previous key: it was done before, or this is not the datastore that was meant. ` +
      "Keep the key until you know."
    );
  return `${resealed} ${resealed === 1 ? "value" : "values"} sealed anew; the datastore opens with the new key alone.`;
}

/** Nothing is guessed: a key that is thrown away after the wrong datastore was sealed anew is a datastore that is lost. */
function requireNamed(url: string | null): string {
  if (url !== null) return url;
  throw new TackleboxError(
    "USAGE",
    "rotate-key: no datastore is named, expected the one whose key changes; name it with --datastore URL or " +
      "TACKLEBOX_DATASTORE.",
  );
}

function requirePreviousKey({ previousKey, previousKeyFile }: Environment): void {
  if (previousKey !== null || previousKeyFile !== null) return;
  throw new TackleboxError(
    "USAGE",
    "rotate-key: no previous key is given, expected the one the datastore was sealed with until now; give it in " +
      "TACKLEBOX_PREVIOUS_KEY or TACKLEBOX_PREVIOUS_KEY_FILE, and the new one as the key.",
  );
}
