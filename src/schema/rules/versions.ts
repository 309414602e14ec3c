import semver from "semver";
import type { JsonObject } from "../../json.ts";
import { showValue } from "../describe-place.ts";
import type { Report } from "../problem-draft.ts";
import { hooksOf, objectAt, rootOf, textAt, type ScriptPart } from "../script-parts.ts";

/** Characters of a range; semver takes long over endless ones. */
const longestRange = 256;

/** Semver ranges parse, and a hook's event and condition leave it a way to run. */
export function checkVersions(script: JsonObject, report: Report): void {
  const info = objectAt(script, rootOf(script), "script");
  if (info !== null) {
    checkRange(info, "updateCompatibility", report);
    checkScriptVersion(info, report);
  }
  for (const hook of hooksOf(script)) {
    const condition = objectAt(script, hook, "condition");
    if (condition !== null) {
      checkRange(condition, "fromVersionRange", report);
      checkRange(condition, "toVersionRange", report);
    }
    checkCanRun(hook, condition, report);
  }
}

function checkRange(part: ScriptPart, field: string, report: Report): void {
  const range = textAt(part, field);
  const fits = range === null || range.length <= longestRange;
  if (range === null || (fits && semver.validRange(range) !== null)) return;
  const expected = fits ? "a semver range" : `a semver range of at most ${longestRange} characters`;
  const message = `${part.place}.${field}: found ${showValue(range)}, expected ${expected}; write for example ">= 2.0.0 < 3".`;
  report({ code: "SEMVER_RANGE", pointer: `${part.pointer}/${field}`, message });
}

function checkScriptVersion(info: ScriptPart, report: Report): void {
  const version = textAt(info, "version");
  if (version === null || semver.valid(version) !== null) return;
  const coerced = semver.coerce(version)?.version ?? "1.0.0";
  const message = `script.version: found ${showValue(version)}, expected major.minor.patch; write for example "${coerced}".`;
  report({ code: "FIELD_STYLE", pointer: `${info.pointer}/version`, message });
}

function checkCanRun(hook: ScriptPart, condition: ScriptPart | null, report: Report): void {
  const event = textAt(hook, "event") ?? "";
  if (event.endsWith("Upgrade") && objectAt(hook.value, hook, "userOptional") !== null) {
    const message = `${hook.place}: event is ${event} and "userOptional" is set, but upgrades leave out such hooks, so it never runs; remove "userOptional", or use an install event.`;
    report({ code: "HOOK_NEVER_RUNS", pointer: `${hook.pointer}/userOptional`, message });
  }
  if (event.endsWith("Install") && condition !== null && textAt(condition, "fromVersionRange") !== null) {
    const message = `${hook.place}: event is ${event} and condition.fromVersionRange is set, but an install has no version before it, so it never runs; remove the range, or use an upgrade event.`;
    report({ code: "HOOK_NEVER_RUNS", pointer: `${condition.pointer}/fromVersionRange`, message });
  }
}
