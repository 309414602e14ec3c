import type { NasApp, NasFacts } from "../nas/nas-driver.ts";
import type { InstallScript } from "../schema/install-script.ts";

/** One thing a script says its app needs, held against the NAS as it is. */
export interface RequirementView {
  kind: "location" | "specification" | "permission" | "port";
  what: string;
  /** Null: the NAS does not tell. */
  isMet: boolean | null;
  text: string;
}

type NasNow = { facts: NasFacts; apps: readonly NasApp[] };

/** The script's requirements in its order; `appName`'s own ports are not taken. */
export function compareRequirements(
  { requirements = {} }: InstallScript,
  appName: string,
  nas: NasNow,
): RequirementView[] {
  const { locations = [], specifications = [], permissions = [], ports = [] } = requirements;
  return [
    ...locations.map((name) => location(name, nas.facts)),
    ...specifications.map((text) => specification(text, nas.facts)),
    ...permissions.map((what): RequirementView => ({
      kind: "permission",
      what,
      isMet: null,
      text: permissionText(what),
    })),
    ...ports.map((number) => port(number, appName, nas)),
  ];
}

function location(name: string, { locations }: NasFacts): RequirementView {
  const isMet = Object.hasOwn(locations, name);
  const text = isMet
    ? `Location ${name} is configured.`
    : `Location ${name} is not configured; choose a folder for it.`;
  return { kind: "location", what: name, isMet, text };
}

function specification(what: string, { memoryMb, gpus }: NasFacts): RequirementView {
  const kind = "specification";
  if (/^GPU$/i.test(what)) {
    const isMet = gpus.length > 0;
    return { kind, what, isMet, text: isMet ? "There is a GPU." : "There is no GPU." };
  }
  const memory = /^(\d+)([MG])BRAM$/i.exec(what);
  if (memory === null) return { kind, what, isMet: null, text: `${what}: the NAS does not say what it has.` };
  const needed = Number(memory[1]) * (memory[2]?.toUpperCase() === "G" ? 1024 : 1);
  const text = `${needed} MB of memory are needed; the NAS has ${memoryMb} MB.`;
  return { kind, what, isMet: memoryMb >= needed, text };
}

function permissionText(what: string): string {
  return what === "READ_WRITE_LOCATIONS"
    ? "The app reads and writes in the locations it uses."
    : `The app asks for ${what}.`;
}

function port(number: number, appName: string, { facts, apps }: NasNow): RequirementView {
  const user = apps.find(({ name, ports }) => name !== appName && ports.includes(number))?.name;
  const isManagement = facts.managementPorts.includes(number);
  const isMet = user === undefined && !isManagement;
  const holder = isManagement ? "the NAS's own management" : `app "${user}"`;
  const text = isMet ? `Port ${number} is free.` : `Port ${number} is in use by ${holder}.`;
  return { kind: "port", what: String(number), isMet, text };
}
