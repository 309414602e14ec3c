import type { JsonObject } from "../../json.ts";
import { describePlace } from "../describe-place.ts";
import { checkLabels, type LabelKind } from "../label-rules.ts";
import { pointerSegment } from "../positions.ts";
import type { Report } from "../problem-draft.ts";
import { hooksOf, objectAt } from "../script-parts.ts";

/** Labels and annotations of hooks are few and short; values that are no texts are the schema's business. */
export function checkHookLabels(script: JsonObject, report: Report): void {
  for (const hook of hooksOf(script)) {
    for (const kind of ["labels", "annotations"] satisfies LabelKind[]) {
      const part = objectAt(script, hook, kind);
      if (part === null) continue;
      const texts = Object.entries(part.value).filter(([, value]) => typeof value === "string");
      for (const { name, message } of checkLabels(kind, Object.fromEntries(texts))) {
        const pointer = name === null ? part.pointer : part.pointer + pointerSegment(name);
        report({ code: "SCHEMA_VALUE", pointer, message: `${describePlace(script, pointer)}: ${message}` });
      }
    }
  }
}
