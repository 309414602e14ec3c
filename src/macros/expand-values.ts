import { isJsonObject, type JsonValue } from "../json.ts";
import { pointerSegment } from "../schema/positions.ts";
import { evaluateText, holdsChoice, joinText, type Evaluation } from "./evaluate-macros.ts";
import type { ExpandProblem, MacroFacts } from "./macro-facts.ts";
import type { MacroText } from "./macro-tree.ts";
import { parseMacros } from "./parse-macros.ts";

/** Values with their macros expanded; of no use when there are problems. */
export interface ExpandedValues {
  value: JsonValue;
  problems: ExpandProblem[];
}

export interface ExpandedText {
  text: string;
  problems: ExpandProblem[];
}

/**
 * Expands the macros in every string of `values`; names of fields are left as they are. A list element that is
 * made of `$IF` and comes out empty is dropped.
 *
 * @param pointer JSON pointer of `values` in the install script, for problems and random strings.
 */
export function expandValues(values: JsonValue, facts: MacroFacts, pointer = "/app_values"): ExpandedValues {
  const problems: ExpandProblem[] = [];
  const expand = (value: JsonValue, at: string): JsonValue => {
    if (typeof value === "string") {
      const parts = parse(value, at, problems);
      return evaluateText(parts, createEvaluation(facts, at, problems));
    }
    if (Array.isArray(value)) {
      const items = value.map((item, index) => expand(item, at + pointerSegment(index)));
      return items.filter((item, index) => item !== "" || !isChoice(value[index]));
    }
    if (!isJsonObject(value)) return value;
    const entries = Object.entries(value).map(
      ([name, item]) => [name, expand(item, at + pointerSegment(name))] as const,
    );
    return Object.fromEntries(entries);
  };
  return { value: expand(values, pointer), problems };
}

/**
 * Expands the macros in one text, such as the path of a directory, to a string.
 *
 * @param pointer JSON pointer of the text in the install script, for problems and random strings.
 */
export function expandText(text: string, facts: MacroFacts, pointer = ""): ExpandedText {
  const problems: ExpandProblem[] = [];
  const parts = parse(text, pointer, problems);
  return { text: joinText(parts, createEvaluation(facts, pointer, problems)), problems };
}

function parse(text: string, pointer: string, problems: ExpandProblem[]): MacroText {
  const parsed = parseMacros(text);
  for (const { code, message } of parsed.problems)
    problems.push({ code, pointer, message: `${pointer || "text"}: ${message}.` });
  return parsed.problems.length === 0 ? parsed.parts : [];
}

function createEvaluation(facts: MacroFacts, pointer: string, problems: ExpandProblem[]): Evaluation {
  const report = (message: string): void => {
    problems.push({ code: "MACRO_VALUE", pointer, message: `${pointer || "text"}: ${message}.` });
  };
  return { facts, pointer, report };
}

function isChoice(value: JsonValue | undefined): boolean {
  return typeof value === "string" && holdsChoice(parseMacros(value).parts);
}
