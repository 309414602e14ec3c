import { randomBytes } from "node:crypto";
import { join } from "node:path";

/** Pass these to `openDatastore`: a key, and a cache of the empty database that outlives the run. */
export const testDatastoreOptions = {
  key: randomBytes(32).toString("hex"),
  cacheDir: join(import.meta.dirname, "../../node_modules/.cache/tacklebox"),
};
