import { basename, dirname, resolve } from "node:path";
import { TackleboxError } from "../../errors.ts";
import type { OperationRequest } from "../../install/prepare-operation.ts";
import type { JsonObject } from "../../json.ts";
import { didYouMean } from "../../schema/closest-name.ts";
import type { HookEvent, InstallScript } from "../../schema/install-script.ts";
import type { OnFailure } from "../attendant.ts";
import { readOptIns } from "../opt-ins.ts";
import { readAssignments } from "../read-assignments.ts";
import { requireFolder } from "../read-text-file.ts";
import { readAllowed, readHost, readOriginMap, readPort, readTimeout } from "./read-values.ts";

/** The options of `tacklebox run` as they are written. */
export interface RunOptions {
  catalog?: string;
  app?: string;
  hook?: string;
  event?: HookEvent;
  from?: string;
  to?: string;
  host?: string;
  port?: string;
  input?: string[];
  answer?: string[];
  optIn?: string[];
  optOut?: string[];
  onFailure?: OnFailure;
  allow?: string[];
  mapOrigin?: string[];
  skipWaits?: boolean;
  timeout?: string;
  simulated?: boolean;
  json?: boolean;
}

/** The same as `run` works with them. */
export interface ResolvedRunOptions {
  /** The request without `interactive`; inputs as they were given. */
  request: OperationRequest & { appName: string; answers: JsonObject; inputs: JsonObject };
  /** The app somebody else started; null for the simulated NAS. */
  givenApp: { host: string; port: number } | null;
  /** Where the behaviour of the simulated app may be; null when it is not wanted. */
  simulatedFolder: string | null;
  onFailure: OnFailure;
  allow: string[];
  originMap: { from: string; to: string }[];
  skipWaits: boolean;
}

/** Reads the options against the script they are for. Throws `USAGE`, `FILE_UNREADABLE`. */
export async function resolveRunOptions(
  script: InstallScript,
  source: { file: string; text: string; interactive: boolean },
  options: RunOptions,
): Promise<ResolvedRunOptions> {
  if (options.catalog !== undefined) await requireFolder(options.catalog, "the catalog's folder");
  const catalogRoot = resolve(options.catalog ?? dirname(source.file));
  const optIns = readOptIns("run", options);
  const operation = chooseOperation(script, options);
  const inputs = await readInputs(script, options.input ?? []);
  const only = {
    ...(options.event === undefined ? {} : { event: options.event }),
    ...(options.hook === undefined ? {} : { hookId: options.hook }),
  };
  const givenApp = readGivenApp(script, options);
  return {
    request: {
      operation,
      script: source.text,
      scriptFile: source.file,
      catalogRoot,
      appName: options.app ?? toAppName(source.file),
      ...(options.from === undefined ? {} : { fromVersion: options.from }),
      ...(options.to === undefined ? {} : { toVersion: options.to }),
      // Who names a hook wants it, whatever its switch says by default.
      optIns: { ...(options.hook === undefined ? {} : switchedOn(script, options.hook)), ...optIns },
      answers: await readAnswers(script, options.answer ?? []),
      inputs,
      only,
      hooksOnly: givenApp !== null,
      // Its author works on it: nothing is locked while it changes.
      ignoreLock: true,
      ...(options.timeout === undefined ? {} : { timeoutSeconds: readTimeout(options.timeout) }),
    },
    givenApp,
    simulatedFolder: options.simulated === false ? null : resolve(dirname(source.file), "_simulated"),
    onFailure: chooseOnFailure(options, source.interactive),
    allow: (options.allow ?? []).map((text) => readAllowed(text)),
    originMap: (options.mapOrigin ?? []).map(readOriginMap),
    skipWaits: options.skipWaits ?? false,
  };
}

/** The app's name when none is given: the file's, made into one the NAS accepts. */
function toAppName(file: string): string {
  const name = basename(file)
    .replace(/\.json$/i, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 40)
    .replace(/-+$/, "");
  return name === "" ? "app" : name;
}

/** `--from` makes it an upgrade; a hook or event of an upgrade needs it. */
function chooseOperation(script: InstallScript, options: RunOptions): "install" | "upgrade" {
  const hooks = script.hooks ?? [];
  const hook = hooks.find(({ id }) => id === options.hook);
  if (options.hook !== undefined && hook === undefined) {
    const ids = hooks.map(({ id }) => id);
    throw new TackleboxError(
      "USAGE",
      `run --hook: the script has no hook "${options.hook}"; ` +
        `${ids.length === 0 ? "it has no hooks" : `it has ${ids.join(", ")}`}.${didYouMean(options.hook, ids)} Name one of its hooks.`,
    );
  }
  if (options.from !== undefined) return "upgrade";
  const wanted = options.event ?? hook?.event ?? "";
  if (!wanted.endsWith("Upgrade")) return "install";
  throw new TackleboxError(
    "USAGE",
    `run: ${hook === undefined ? `event ${wanted}` : `hook "${hook.id}" (${hook.event})`} belongs to an upgrade, and --from is missing; ` +
      "pass the versions, e.g. --from 1.2.3 --to 2.0.0.",
  );
}

function switchedOn(script: InstallScript, hookId: string): Record<string, boolean> {
  const hook = script.hooks?.find(({ id }) => id === hookId);
  return hook?.userOptional === undefined ? {} : { [hookId]: true };
}

function readGivenApp(script: InstallScript, options: RunOptions): { host: string; port: number } | null {
  if (options.host === undefined && options.port === undefined) return null;
  const host = readHost(options.host ?? "127.0.0.1");
  const port = options.port === undefined ? script.requirements?.ports?.[0] : readPort(options.port);
  if (port !== undefined) return { host, port };
  throw new TackleboxError(
    "USAGE",
    `run --host ${host}: --port is missing, and the script declares none in requirements.ports; pass the port of the app, e.g. --port 8080.`,
  );
}

function chooseOnFailure({ onFailure }: RunOptions, interactive: boolean): OnFailure {
  if (onFailure !== "ask") return onFailure ?? (interactive ? "ask" : "fail");
  if (interactive) return "ask";
  throw new TackleboxError(
    "USAGE",
    "run --on-failure ask: there is no terminal to ask on, expected retry, skip or fail; pass one of them.",
  );
}

async function readInputs(script: InstallScript, given: readonly string[]): Promise<JsonObject> {
  const ids = [
    ...new Set((script.hooks ?? []).flatMap((hook) => (hook.inputs ?? []).map((input) => input.id))),
  ];
  return await readAssignments("run --input", given, { owner: "the script", kind: "hook input", names: ids });
}

async function readAnswers(script: InstallScript, given: readonly string[]): Promise<JsonObject> {
  const keys = (script.installation_questions ?? []).map(({ key }) => key);
  return await readAssignments("run --answer", given, {
    owner: "the script",
    kind: "installation question",
    names: keys,
  });
}
