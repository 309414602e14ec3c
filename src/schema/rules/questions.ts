import type { JsonObject } from "../../json.ts";
import type { Report } from "../problem-draft.ts";
import { questionsOf } from "../script-parts.ts";

/** A select question has something to select from. */
export function checkQuestions(script: JsonObject, report: Report): void {
  for (const question of questionsOf(script)) {
    const { type, options } = question.value;
    if (type !== "select" || (Array.isArray(options) && options.length > 0)) continue;
    if (options !== undefined && !Array.isArray(options)) continue;
    const found = options === undefined ? `has no "options"` : `has an empty list of "options"`;
    const message = `${question.place}: type is "select", but it ${found}; expected at least one; add { "text": "...", "value": "..." }.`;
    report({ code: "QUESTION_OPTIONS", pointer: `${question.pointer}/options`, message });
  }
}
