import { errorCatalogue } from "../errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import { showValue } from "./describe-place.ts";
import type { InstallScript } from "./install-script.ts";
import { parseJson } from "./parse-json.ts";
import type { JsonPositions } from "./positions.ts";
import type { ProblemDraft, Report } from "./problem-draft.ts";
import type { Problem } from "./problem.ts";
import { checkHookLabels } from "./rules/labels.ts";
import { checkLinks } from "./rules/links.ts";
import { checkMacros } from "./rules/macros.ts";
import { checkOauth } from "./rules/oauth.ts";
import { checkQuestions } from "./rules/questions.ts";
import { checkRequirements } from "./rules/requirements.ts";
import { checkScriptPaths } from "./rules/script-paths.ts";
import { checkUniqueNames } from "./rules/unique-names.ts";
import { checkVersions } from "./rules/versions.ts";
import { reportUnknownFields } from "./unknown-fields.ts";
import { validateSchema } from "./validate-schema.ts";

export interface ParseInstallScriptOptions {
  /** Name of the file as the author knows it; copied into each problem. */
  file?: string;
}

export interface ParsedInstallScript {
  /** The script, or null when there is at least one error. */
  script: InstallScript | null;
  /** Everything that is wrong, in the order of the text; warnings do not refuse the script. */
  problems: Problem[];
  /** Where things are in the text, also for what does not parse. */
  positions: JsonPositions;
}

/** Versions of the format that are understood. */
const knownVersions = [4, 5] as const;

/** Problems told at once. */
const mostProblems = 500;

/** Rules the schema cannot say. Each takes a script of any shape and leaves wrong types to the schema. */
const rules: readonly ((script: JsonObject, report: Report) => void)[] = [
  validateSchema,
  reportUnknownFields,
  checkUniqueNames,
  checkScriptPaths,
  checkLinks,
  checkHookLabels,
  checkVersions,
  checkQuestions,
  checkRequirements,
  checkOauth,
  checkMacros,
];

/**
 * Reads and checks an install script (V4 or V5). Never throws: whatever the text holds, the answer is a script or
 * problems, all of them at once.
 */
export function parseInstallScript(
  text: string,
  options: ParseInstallScriptOptions = {},
): ParsedInstallScript {
  const { value, problems: syntaxProblems, positions } = parseJson(text);
  const drafts: ProblemDraft[] = value === undefined ? [] : checkScript(value);
  const found = [...syntaxProblems, ...drafts.map((draft) => toProblem(draft, positions))];
  const problems = limit(found.toSorted(byPosition));
  const refused = problems.some((problem) => problem.severity === "error");
  return {
    // The schema and the rules above are what makes the value an install script.
    script: refused ? null : (value as unknown as InstallScript),
    problems:
      options.file === undefined
        ? problems
        : problems.map((problem) => ({ ...problem, file: options.file as string })),
    positions,
  };
}

function checkScript(value: JsonValue): ProblemDraft[] {
  const drafts: ProblemDraft[] = [];
  if (!isJsonObject(value)) {
    const message = `install script: found ${showValue(value)}, expected an object; begin with { "version": 5 }.`;
    return [{ code: "SCHEMA_TYPE", pointer: "", message }];
  }
  const version = Object.hasOwn(value, "version") ? value["version"] : undefined;
  if (version !== undefined && !knownVersions.some((known) => known === version)) {
    drafts.push({ code: "SCRIPT_VERSION", pointer: "/version", message: versionText(version) });
    // Another version has other rules: judging it by these would only mislead.
    if (typeof version === "number") return drafts;
  }
  for (const rule of rules) rule(value, (draft) => drafts.push(draft));
  return drafts;
}

function versionText(version: JsonValue): string {
  if (version === "4" || version === "5")
    return `version: found the text "${version}", expected a number; write ${version} without quotes.`;
  if (version === 6) {
    return `version: found 6; this tacklebox reads V4 and V5 scripts and does not know V6 yet; use "version": 5, or a tacklebox that reads V6.`;
  }
  return `version: found ${showValue(version)}, expected 4 or 5; use "version": 5, or 4 for a script without hooks.`;
}

function toProblem(draft: ProblemDraft, positions: JsonPositions): Problem {
  const { code, pointer, message, at = "value" } = draft;
  const severity = errorCatalogue[code].consequence === "warning" ? "warning" : "error";
  if (typeof at === "object")
    return { severity, code, pointer, ...positions.inString(pointer, at.offset), message };
  return {
    severity,
    code,
    pointer,
    ...(at === "name" ? positions.keyAt(pointer) : positions.at(pointer)),
    message,
  };
}

function byPosition(left: Problem, right: Problem): number {
  return left.line - right.line || left.column - right.column;
}

/** Keeps the first problems, errors before warnings, and says how many are left out. */
function limit(problems: Problem[]): Problem[] {
  if (problems.length <= mostProblems) return problems;
  const errors = problems.filter((problem) => problem.severity === "error");
  const warnings = problems.filter((problem) => problem.severity === "warning");
  const kept = [...errors, ...warnings].slice(0, mostProblems).toSorted(byPosition);
  const last = kept.at(-1) as Problem;
  const message = `${problems.length - mostProblems} more problems are not shown; mend these first, then check again.`;
  return [
    ...kept,
    {
      ...last,
      code: errors.length > 0 ? "JSON_LIMIT" : "FIELD_STYLE",
      severity: errors.length > 0 ? "error" : "warning",
      message,
    },
  ];
}
