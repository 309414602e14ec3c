import type { JsonObject } from "../../json.ts";
import { didYouMean } from "../closest-name.ts";
import { showValue } from "../describe-place.ts";
import { pointerSegment } from "../positions.ts";
import type { Report } from "../problem-draft.ts";
import { objectAt, objectsAt, rootOf, textAt, type ScriptPart } from "../script-parts.ts";

/** Every location name that documentation or a catalog uses. */
export const knownLocations = [
  "ApplicationsPerformance",
  "ApplicationsCapacity",
  "Downloads",
  "Documents",
  "Media",
  "Photos",
  "Music",
  "Movies",
  "Shows",
  "Videos",
  "VirtualizationPerformance",
  "VirtualizationCapacity",
  "InstallMedia",
  "VirtualDisks",
  "Backups",
] as const;

const specification = /^(\d+(MBRAM|GBRAM|MB|GB|CORE)|GPU)$/i;

const knownPermissions = ["READ_WRITE_LOCATIONS"] as const;

/** Spelling of specifications, locations and permissions; directories stay inside their location. */
export function checkRequirements(script: JsonObject, report: Report): void {
  const requirements = objectAt(script, rootOf(script), "requirements");
  if (requirements !== null) {
    for (const { text, pointer, place } of textsAt(requirements, "specifications")) {
      if (text === text.toUpperCase() || !specification.test(text)) continue;
      const message = `${place}: found ${showValue(text)}, expected capital letters; write "${text.toUpperCase()}".`;
      report({ code: "FIELD_STYLE", pointer, message });
    }
    checkNames(requirements, { field: "locations", known: knownLocations }, report);
    checkNames(requirements, { field: "permissions", known: knownPermissions }, report);
  }
  for (const directory of objectsAt(script, rootOf(script), "ensure_directories_exists")) {
    const path = textAt(directory, "path");
    if (path === null || !path.split("/").includes("..")) continue;
    const message = `${directory.place}.path: ${showValue(path)} holds ".."; expected a path without ".."; write the folder that is meant.`;
    report({ code: "SCHEMA_VALUE", pointer: `${directory.pointer}/path`, message });
  }
}

function checkNames(
  part: ScriptPart,
  rule: { field: string; known: readonly string[] },
  report: Report,
): void {
  for (const { text, pointer, place } of textsAt(part, rule.field)) {
    if (text === "" || rule.known.includes(text)) continue;
    const message = `${place}: ${showValue(text)} is not a name in use; expected one of the reference; check its spelling.${didYouMean(text, rule.known)}`;
    report({ code: "FIELD_STYLE", pointer, message });
  }
}

function textsAt(part: ScriptPart, field: string): { text: string; pointer: string; place: string }[] {
  const list = part.value[field];
  if (!Array.isArray(list)) return [];
  return list.flatMap((text, index) => {
    const pointer = part.pointer + pointerSegment(field) + pointerSegment(index);
    return typeof text === "string" ? [{ text, pointer, place: `${part.place}.${field}[${index}]` }] : [];
  });
}
