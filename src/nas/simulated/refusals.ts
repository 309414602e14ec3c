import semver from "semver";
import { TackleboxError } from "../../errors.ts";
import type { CreateAppRequest, UpgradeAppRequest } from "../nas-driver.ts";
import { declaredPortsOf, isPortFree } from "./app-ports.ts";
import type { StoredApp, StoredJob } from "./nas-store.ts";
import type { ResolvedSimulatedNasOptions } from "./simulated-nas-options.ts";

/** What a refusal depends on. */
export interface NasSituation {
  options: ResolvedSimulatedNasOptions;
  apps: ReadonlyMap<string, StoredApp>;
  jobs: readonly StoredJob[];
}

/** Version that "latest" stands for when the catalog says nothing. */
const firstVersion = "1.0.0";

/** Name rule of TrueNAS's `app.create`: 1 to 40 characters. */
const appName = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

/** Refuses an `app.create` as TrueNAS would; gives the version that will be installed. */
export async function requireCreatable(request: CreateAppRequest, nas: NasSituation): Promise<string> {
  const name = request.appName;
  if (!appName.test(name) || name.length > 40) {
    throw new TackleboxError(
      "APP_NAME_INVALID",
      `app.create: the app name ${JSON.stringify(name)} is not allowed; expected 1 to 40 characters, a lower-case ` +
        "letter first, then lower-case letters, digits and dashes, no dash at the end. Choose another name.",
    );
  }
  if (nas.apps.has(name) || runningJob(name, nas)) {
    throw new TackleboxError(
      "APP_NAME_TAKEN",
      `app.create: an app named "${name}" already exists on this NAS. Upgrade it, or choose another name.`,
    );
  }
  await requireFreePorts(request, nas);
  return requireVersion(request.catalogApp, request.version, nas);
}

/** Refuses an `app.upgrade` as TrueNAS would; gives the app and the version it will have. */
export function requireUpgradable(
  request: UpgradeAppRequest,
  nas: NasSituation,
): { app: StoredApp; version: string } {
  const app = nas.apps.get(request.appName);
  if (app === undefined) {
    throw new TackleboxError(
      "APP_UNKNOWN",
      `app.upgrade: no app named "${request.appName}" is installed on this NAS. Check the name, or install it first.`,
    );
  }
  if (runningJob(app.name, nas)) {
    throw new TackleboxError(
      "APP_BUSY",
      `app.upgrade: another job for "${app.name}" is running. Wait until it has ended, then upgrade.`,
    );
  }
  if (app.state === "STOPPED") {
    throw new TackleboxError(
      "APP_STOPPED",
      `app.upgrade: "${app.name}" is STOPPED; an app must not be stopped to be upgraded. Start it first.`,
    );
  }
  const version = requireVersion(app.catalogApp, request.version, nas, app.version);
  if (!app.custom && !isNewer(version, app.version)) {
    throw new TackleboxError(
      "APP_NO_UPGRADE",
      `app.upgrade: "${app.name}" has version ${app.version}, and ${version} is not newer. ` +
        "Name a version newer than the installed one.",
    );
  }
  return { app, version };
}

function runningJob(name: string, nas: NasSituation): boolean {
  return nas.jobs.some((job) => job.appName === name && job.state === "RUNNING");
}

function requireVersion(
  catalogApp: string | null,
  asked: string,
  nas: NasSituation,
  installed = firstVersion,
): string {
  const offered = catalogApp === null ? undefined : nas.options.catalog[catalogApp];
  if (asked === "latest") return offered?.at(-1) ?? installed;
  if (offered === undefined || offered.includes(asked)) return asked;
  throw new TackleboxError(
    "APP_VERSION_UNKNOWN",
    `version ${JSON.stringify(asked)} of "${catalogApp}" is not in the catalog; it offers ${offered.join(", ")}. ` +
      "Name one of these.",
  );
}

async function requireFreePorts(request: CreateAppRequest, nas: NasSituation): Promise<void> {
  const { facts, ports: mode } = nas.options;
  for (const port of declaredPortsOf(request.values)) {
    const owner = [...nas.apps.values()].find((app) => app.declaredPorts.includes(port));
    const user =
      owner !== undefined
        ? `the app "${owner.name}"`
        : facts.managementPorts.includes(port)
          ? "the NAS's own management interface"
          : mode === "declared" && !(await isPortFree(facts.lanIp, port))
            ? "another program on this machine"
            : null;
    if (user === null) continue;
    throw new TackleboxError(
      "APP_PORT_TAKEN",
      `app.create: port ${port} of the app_values of "${request.appName}" is used by ${user}. Choose another port.`,
    );
  }
}

/** Catalog versions are mostly semver; what is not is read as far as it can be. */
function isNewer(candidate: string, installed: string): boolean {
  const [a, b] = [candidate, installed].map((text) => semver.parse(text) ?? semver.coerce(text));
  return a && b ? semver.gt(a, b) : candidate !== installed;
}
