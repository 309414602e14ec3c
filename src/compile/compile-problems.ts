import type { Message } from "esbuild";
import type { ErrorCode } from "../errors.ts";
import { parsePointer } from "../schema/positions.ts";
import type { Problem } from "../schema/problem.ts";
import type { HookSource, InlinePlacement } from "./bundle.ts";
import { positionInScript } from "./inline-position.ts";
import { isRefusal, shorten, type Refusal } from "./refusal.ts";
import { columnOfByte, type TextPosition } from "./text-position.ts";

/** What is needed to say where a problem is. */
export interface ProblemScope {
  source: HookSource;
  /** Set for inline hooks. */
  placement: InlinePlacement | null;
  /** Text of a source by the name esbuild knows it by; undefined for an unknown one. */
  textOf(name: string): string | undefined;
}

interface ProblemDraft {
  severity: Problem["severity"];
  code: ErrorCode;
  /** What was found, what was expected, what to do. */
  message: string;
}

/** Why an import with gaps in its path is not taken. */
export const computedImport: Refusal = {
  code: "HOOK_IMPORT",
  message:
    "found an import whose path is put together while the hook runs; the path has to be a plain string. " +
    "Import each file by name.",
};

/** Problems told at most per compilation; five thousand bad imports help nobody. */
const maxProblems = 50;

/** Prefix of esbuild's names for catalog files. */
export const catalogNamespace = "catalog";

/** A problem at a place in a source file (file hooks) or in the inline text. */
export function problemInSource(
  scope: ProblemScope,
  path: string,
  position: TextPosition,
  draft: ProblemDraft,
): Problem {
  const { severity, code } = draft;
  const { pointer } = scope.source;
  if (scope.source.kind === "file" || scope.placement === null) {
    return { severity, code, file: path, pointer, ...position, message: `${path}: ${draft.message}` };
  }
  const message = `${placeName(pointer)}, line ${position.line}: ${draft.message}`;
  const inScript = positionInScript(scope.placement, scope.source.text, position);
  return { severity, code, file: scope.source.scriptFile, pointer, ...inScript, message };
}

/** A problem with the declaration itself: the file it names, the entrypoint it names. */
export function problemInDeclaration(source: HookSource, code: ErrorCode, message: string): Problem {
  const { pointer } = source;
  const place = { severity: "error", code, pointer, line: 1, column: 1 } as const;
  return { ...place, message: `${placeName(pointer)}: ${message}` };
}

/** esbuild's messages as problems, each at the author's own line; those without a place only where all are. */
export function problemsFromMessages(
  scope: ProblemScope,
  messages: readonly Message[],
  severity: Problem["severity"],
): Problem[] {
  const located = messages.filter(({ location }) => location !== null);
  return (located.length > 0 ? located : messages).slice(0, maxProblems).map((message) => {
    const { location } = message;
    const draft = { severity, ...describe(message, severity) };
    const text = location === null ? undefined : scope.textOf(location.file);
    if (location === null || text === undefined) {
      return { ...problemInDeclaration(scope.source, draft.code, draft.message), severity };
    }
    const column = columnOfByte(text, location.line, location.column);
    return problemInSource(scope, pathOf(location.file), { line: location.line, column }, draft);
  });
}

/** The catalog path behind esbuild's name of a file. */
export function pathOf(name: string): string {
  return name.startsWith(`${catalogNamespace}:`) ? name.slice(catalogNamespace.length + 1) : name;
}

/** A JSON pointer as messages write it: `hooks[0].scriptContent`. */
export function placeName(pointer: string): string {
  const parts = parsePointer(pointer).map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`));
  return parts.join("").replace(/^\./, "") || "hook";
}

function describe(message: Message, severity: Problem["severity"]): { code: ErrorCode; message: string } {
  const detail: unknown = message.detail;
  if (typeof detail === "object" && detail !== null && isRefusal(detail)) return detail;
  const text = shorten(message.text.replaceAll(`"${catalogNamespace}:`, '"'), 300);
  if (severity === "warning") return { code: "HOOK_DOUBTFUL", message: rewordWarning(message.id, text) };
  if (text.startsWith("Top-level await")) {
    return {
      code: "HOOK_SYNTAX",
      message:
        "found await outside of an async function; a hook may not wait while it is loaded. " +
        "Move it into the exported function.",
    };
  }
  if (/^Could not resolve (?:import|require)\(/.test(text)) {
    return computedImport;
  }
  if (text.startsWith("No matching export")) {
    return { code: "HOOK_IMPORT", message: `${text}; import a name that the file exports.` };
  }
  return { code: "HOOK_SYNTAX", message: `${text}; correct the code at this place.` };
}

function rewordWarning(id: string, text: string): string {
  if (id === "empty-import-meta") return "import.meta is empty in a hook; use what ctx offers.";
  return `${text}; check that this is meant.`;
}
