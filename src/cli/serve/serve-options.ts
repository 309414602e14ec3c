import { statSync } from "node:fs";
import { resolve } from "node:path";
import { TackleboxError } from "../../errors.ts";
import { readCount } from "../read-count.ts";
import { readAllowed } from "../run/read-values.ts";

/** The options of `tacklebox serve` as they are written. */
export interface ServeOptions {
  host: string;
  port: string;
  datastore?: string;
  catalog?: string;
  allowHost?: string[];
  allow?: string[];
  hookConcurrency?: string;
  /** False: it does none of the work itself. */
  worker: boolean;
  /** False: the catalog's own `_simulated` code is not loaded. */
  simulated: boolean;
}

/** The same as `serve` works with them. */
export interface ResolvedServeOptions {
  host: string;
  port: number;
  catalogRoot: string | null;
  /** Where the behaviours of the simulated apps may be; null when they are not wanted. */
  simulatedFolder: string | null;
  /** Names browsers reach it by, in lower case and without ports. */
  allowedHosts: string[];
  allow: string[];
  hookConcurrency: number | null;
  worker: boolean;
}

/** Reads the options before anything is opened. Throws `USAGE`. */
export function resolveServeOptions(options: ServeOptions): ResolvedServeOptions {
  const { host, worker, simulated, hookConcurrency } = options;
  const catalogRoot = requireCatalog(options.catalog);
  return {
    host,
    port: readPort(options.port),
    catalogRoot,
    simulatedFolder: catalogRoot === null || !simulated ? null : resolve(catalogRoot, "_simulated"),
    allowedHosts: (options.allowHost ?? []).map(readAllowedHost),
    allow: (options.allow ?? []).map((text) => readAllowed(text, "serve")),
    hookConcurrency:
      hookConcurrency === undefined ? null : readCount("serve --hook-concurrency", hookConcurrency),
    worker,
  };
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new TackleboxError(
    "USAGE",
    `--port: found ${JSON.stringify(text)}, expected a port from 0 to 65535; correct it.`,
  );
}

function requireCatalog(folder: string | undefined): string | null {
  if (folder === undefined) return null;
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return resolve(folder);
  throw new TackleboxError(
    "USAGE",
    found === undefined
      ? `--catalog: found no folder ${JSON.stringify(folder)}, expected the root of a catalog; correct the path.`
      : `--catalog: found a file, ${JSON.stringify(folder)}, expected the root folder of a catalog; name the folder it is in.`,
  );
}

/** Browsers send the name in lower case and, as it is compared, without a port. */
function readAllowedHost(text: string): string {
  const name = /^[^\s/:?#@\\[\]]+$/.test(text) ? URL.parse(`http://${text}`)?.hostname : undefined;
  if (name !== undefined && name !== "") return name;
  throw new TackleboxError(
    "USAGE",
    `serve --allow-host: ${JSON.stringify(text)} was found, expected a name such as nas.local; leave out scheme, port and path.`,
  );
}
