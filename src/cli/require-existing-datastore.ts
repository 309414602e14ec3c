import { existsSync } from "node:fs";
import { parseDatastoreUrl } from "../datastore/datastore-url.ts";
import { TackleboxError } from "../errors.ts";

/** A folder that is not there is not made: nothing could be found in it. Throws `USAGE`. */
export function requireExistingDatastore(datastoreUrl: string, advice: string): void {
  const target = parseDatastoreUrl(datastoreUrl);
  if (target.kind !== "pglite" || existsSync(target.folder)) return;
  throw new TackleboxError(
    "USAGE",
    `--datastore ${datastoreUrl}: found no such folder, expected the datastore of a server or worker; ${advice}.`,
  );
}
