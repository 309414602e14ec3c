import { parseTree, printParseErrorCode, type Node, type ParseError } from "jsonc-parser";
import type { JsonObject, JsonValue } from "../json.ts";
import { findLimitPassed, jsonLimits, type LimitPassed } from "./json-limits.ts";
import { createPositions, pointerSegment, withoutByteOrderMark, type JsonPositions } from "./positions.ts";
import type { Problem } from "./problem.ts";

/** A JSON text as value and positions; `value` is undefined when the text cannot be made sense of. */
export interface ParsedJson {
  value: JsonValue | undefined;
  problems: Problem[];
  positions: JsonPositions;
}

interface Fault {
  code: "JSON_SYNTAX" | "JSON_LIMIT" | "JSON_DUPLICATE_KEY";
  pointer: string;
  offset: number;
  message: string;
}

/**
 * Strict JSON (RFC 8259) to a value. A byte order mark and any line ends are accepted. Comments and trailing
 * commas are errors, but the value behind them is still returned, so that the rest can be checked too.
 */
export function parseJson(text: string): ParsedJson {
  const plain = withoutByteOrderMark(text);
  const limit = findLimitPassed(plain);
  if (limit !== null) return refuse(plain, toLimitFault(limit));
  if (plain.trim() === "") {
    const message = 'the file is empty; expected an install script; begin with { "version": 5 }.';
    return refuse(plain, { code: "JSON_SYNTAX", pointer: "", offset: 0, message });
  }
  const errors: ParseError[] = [];
  const root = parseTree(plain, errors, { disallowComments: true });
  const syntax = toSyntaxFaults(plain, errors);
  const positions = createPositions(plain, root);
  if (syntax.fatal || root === undefined) {
    return {
      value: undefined,
      problems: syntax.faults.map((fault) => toProblem(fault, positions)),
      positions,
    };
  }
  const faults = [...syntax.faults];
  const value = toValue(root, "", faults);
  return { value, problems: faults.map((fault) => toProblem(fault, positions)), positions };
}

function refuse(text: string, fault: Fault): ParsedJson {
  const positions = createPositions(text, undefined);
  return { value: undefined, problems: [toProblem(fault, positions)], positions };
}

function toProblem(fault: Fault, positions: JsonPositions): Problem {
  const { line, column } = positions.atOffset(fault.offset);
  const message = `Line ${line}, column ${column}: ${fault.message}`;
  return { severity: "error", code: fault.code, pointer: fault.pointer, line, column, message };
}

function toLimitFault({ limit, offset }: LimitPassed): Fault {
  const most = jsonLimits[limit].toLocaleString("en-US");
  const messages: Record<LimitPassed["limit"], string> = {
    characters: `the file is longer than ${most} characters, the most that is read; move hook code into files of the catalog.`,
    depth: `objects and arrays are nested more than ${most} deep, the most that is read; flatten them.`,
    tokens: `the file holds more than ${most} values, names and signs, the most that is read; shorten it.`,
    nameCharacters: `a field name is longer than ${most} characters, the most that is read; shorten it.`,
  };
  return { code: "JSON_LIMIT", pointer: "", offset, message: messages[limit] };
}

/**
 * The parser's errors as faults: each comment and trailing comma, and of the others only the first, because
 * what follows it is guesswork.
 */
function toSyntaxFaults(text: string, errors: ParseError[]): { faults: Fault[]; fatal: boolean } {
  const faults: Fault[] = [];
  let lastOffset = -1;
  for (const error of errors) {
    if (error.offset === lastOffset) continue;
    lastOffset = error.offset;
    const name = printParseErrorCode(error.error);
    const comma = trailingCommaBefore(text, error.offset);
    const message = syntaxMessage(name, text, error);
    const base = { code: "JSON_SYNTAX", pointer: "" } as const;
    if (name === "InvalidCommentToken") {
      faults.push({ ...base, offset: error.offset, message: "found a comment; JSON has none; remove it." });
    } else if (comma !== null) {
      const after = "found a comma after the last entry; JSON allows commas only between entries; remove it.";
      faults.push({ ...base, offset: comma, message: after });
    } else {
      faults.push({ ...base, offset: error.offset, message });
      return { faults, fatal: true };
    }
  }
  return { faults, fatal: false };
}

/** Offset of the comma when the bracket at `offset` follows one. */
function trailingCommaBefore(text: string, offset: number): number | null {
  if (text[offset] !== "}" && text[offset] !== "]") return null;
  const before = text.slice(0, offset).trimEnd();
  return before.endsWith(",") ? before.length - 1 : null;
}

const syntaxSentences: Record<SyntaxFaultName, string> = {
  PropertyNameExpected: 'expected a field name in double quotes; write "name": value.',
  ValueExpected:
    "expected a value; write a string in double quotes, a number, true, false, null, { } or [ ].",
  ColonExpected: 'expected a colon after the field name; write "name": value.',
  CommaExpected: "expected a comma between two entries; add it.",
  CloseBraceExpected: "expected } to close the object; add it.",
  CloseBracketExpected: "expected ] to close the list; add it.",
  EndOfFileExpected: "expected the end of the file; remove what follows the last bracket.",
  UnexpectedEndOfComment: "found a comment; JSON has none; remove it.",
  UnexpectedEndOfString:
    "expected the string to end on its own line with a double quote; add it, and write a line break as \\n.",
  UnexpectedEndOfNumber: "expected more digits; write numbers such as 1, 0.5 or 1e3.",
  InvalidUnicode: "expected four hexadecimal digits after \\u; write for example \\u00e9.",
  InvalidEscapeCharacter:
    'expected one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u after the backslash; write \\\\ for a backslash itself.',
  InvalidCharacter: "expected no control character inside a string; write it as \\t, \\n or \\u00XX.",
  InvalidNumberFormat: "expected a number; write numbers such as 1, 0.5 or 1e3.",
  InvalidCommentToken: "found a comment; JSON has none; remove it.",
  "<unknown ParseErrorCode>": "expected JSON; mend it.",
  InvalidSymbol: "expected a value; write strings in double quotes, and true, false and null in lower case.",
};

type SyntaxFaultName = ReturnType<typeof printParseErrorCode>;

function syntaxMessage(name: SyntaxFaultName, text: string, error: ParseError): string {
  const length = Math.min(Math.max(error.length, 1), 20);
  const found = text.slice(error.offset, error.offset + length).replace(/[\r\n].*$/s, "");
  const shown = error.offset >= text.length ? "the end of the file" : JSON.stringify(found);
  return `found ${shown}, ${syntaxSentences[name]}`;
}

/**
 * The value of a tree. A name used twice in one object is a fault, because one of the two values would be lost;
 * so is `__proto__`, which no script needs and which many programs that read JSON treat in a special way.
 */
function toValue(node: Node, pointer: string, faults: Fault[]): JsonValue {
  if (node.type === "array") {
    return childrenOf(node).map((child, index) => toValue(child, pointer + pointerSegment(index), faults));
  }
  if (node.type !== "object") return toScalar(node, pointer, faults);
  const value: JsonObject = {};
  for (const property of childrenOf(node)) {
    const [nameNode, valueNode] = childrenOf(property);
    if (nameNode === undefined || valueNode === undefined) continue;
    const name = nameNode.value as string;
    const childPointer = pointer + pointerSegment(name);
    if (name === "__proto__") {
      const message = `the field name "__proto__" is not allowed anywhere in an install script; use another name.`;
      faults.push({ code: "JSON_SYNTAX", pointer: childPointer, offset: nameNode.offset, message });
      continue;
    }
    if (Object.hasOwn(value, name)) {
      const message = `the field ${JSON.stringify(name)} is written twice in the same object; only one can count; remove or rename one.`;
      faults.push({ code: "JSON_DUPLICATE_KEY", pointer: childPointer, offset: nameNode.offset, message });
    }
    value[name] = toValue(valueNode, childPointer, faults);
  }
  return value;
}

function childrenOf(node: Node): Node[] {
  return node.children as Node[];
}

function toScalar(node: Node, pointer: string, faults: Fault[]): JsonValue {
  if (typeof node.value === "number" && !Number.isFinite(node.value)) {
    const message = "found a number too large to be kept; expected one below 1.8e308; write a smaller one.";
    faults.push({ code: "JSON_SYNTAX", pointer, offset: node.offset, message });
    return 0;
  }
  return node.value as JsonValue;
}
