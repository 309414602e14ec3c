import type { ErrorCode } from "../../errors.ts";
import type { JsonObject } from "../../json.ts";
import { showValue } from "../describe-place.ts";
import type { Report } from "../problem-draft.ts";
import { hooksOf, inputsOf, questionsOf, textAt, type ScriptPart } from "../script-parts.ts";

/** Hook ids are unique in the file, input ids in their hook, question keys in the file. */
export function checkUniqueNames(script: JsonObject, report: Report): void {
  const hooks = hooksOf(script);
  checkUnique(hooks, { field: "id", code: "HOOK_ID_DUPLICATE" }, report);
  for (const hook of hooks)
    checkUnique(inputsOf(script, hook), { field: "id", code: "INPUT_ID_DUPLICATE" }, report);
  checkUnique(questionsOf(script), { field: "key", code: "QUESTION_KEY_DUPLICATE" }, report);
}

function checkUnique(parts: ScriptPart[], rule: { field: string; code: ErrorCode }, report: Report): void {
  const first = new Map<string, ScriptPart>();
  for (const part of parts) {
    const name = textAt(part, rule.field);
    if (name === null) continue;
    const earlier = first.get(name);
    if (earlier === undefined) {
      first.set(name, part);
      continue;
    }
    const message = `${part.place}: ${rule.field} ${showValue(name)} is already used by ${earlier.place}; expected a different one for each; rename one.`;
    report({ code: rule.code, pointer: `${part.pointer}/${rule.field}`, message });
  }
}
