import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseDatastoreUrl } from "../datastore/datastore-url.ts";
import { dataFolder } from "../datastore/pglite-datastore.ts";
import { TackleboxError } from "../errors.ts";

/** A datastore that is not there is not made: nothing could be found in it. Throws `USAGE`. */
export function requireExistingDatastore(datastoreUrl: string, advice: string): void {
  const target = parseDatastoreUrl(datastoreUrl);
  if (target.kind !== "pglite" || existsSync(join(target.folder, dataFolder))) return;
  const found = existsSync(target.folder) ? "no datastore in that folder" : "no such folder";
  throw new TackleboxError(
    "USAGE",
    `--datastore ${datastoreUrl}: found ${found}, expected the datastore of a server or worker; ${advice}.`,
  );
}
