import { closestName } from "../schema/closest-name.ts";
import { checkArguments, checkEmbedded } from "./check-arguments.ts";
import {
  MacroFault,
  nested,
  peek,
  peekQuote,
  readParts,
  readQuoted,
  skipSpace,
  trimParts,
  unclosedMacro,
  type MacroReader,
  type OpenMacro,
} from "./macro-reader.ts";
import {
  literalText,
  macrosIn,
  type MacroCondition,
  type MacroPart,
  type MacroProblem,
  type MacroText,
  type MacroValue,
} from "./macro-tree.ts";
import { readCondition } from "./read-condition.ts";
import { readValue } from "./read-value.ts";

export interface ParsedMacros {
  parts: MacroText;
  /** Faults of the text, in its order; when there are any, `parts` holds what could be read. */
  problems: MacroProblem[];
}

/** Macros with parentheses: how many arguments they take. `$IF` reads its own. */
const argumentCounts = {
  LOCATION: 1,
  QUESTION: 1,
  HOST_PATH: 1,
  MOUNTED_HOST_PATH: 2,
  RANDOM_STRING: 1,
  MEMORY: 2,
  GPU_CONFIG: 0,
  APP_INSTALLED: 1,
} as const;

type CallName = keyof typeof argumentCounts;

/** Names of all macros, as they are written after the `$`. */
export const macroNames: readonly string[] = [
  ...Object.keys(argumentCounts),
  "IF",
  "SERVER_LAN_IP",
  "SERVER_HOST_ID",
];

/**
 * Reads the macros of a text. A `$` begins one only before a name in capitals with "(" after it, or before
 * SERVER_LAN_IP or SERVER_HOST_ID; every other `$` is plain text. Takes time in proportion to the text.
 */
export function parseMacros(text: string): ParsedMacros {
  if (!text.includes("$")) return { parts: text === "" ? [] : [{ kind: "literal", text }], problems: [] };
  const reader: MacroReader = { text, at: 0, open: [], depth: 0, randomStrings: 0, problems: [] };
  try {
    const parts = readParts(reader, null, readMacro);
    const embedded = parts.length > 1 ? checkEmbedded(parts) : [];
    const inner = [...macrosIn(parts)].flatMap(checkArguments);
    return { parts, problems: keepFirst([...reader.problems, ...embedded, ...inner]) };
  } catch (error) {
    if (!(error instanceof MacroFault)) throw error;
    const fault: MacroProblem = { code: "MACRO_SYNTAX", offset: error.offset, message: error.message };
    return { parts: [{ kind: "literal", text }], problems: keepFirst([...reader.problems, fault]) };
  }
}

/** Problems told of one text. */
const mostProblems = 20;

function keepFirst(problems: MacroProblem[]): MacroProblem[] {
  return problems.toSorted((left, right) => left.offset - right.offset).slice(0, mostProblems);
}

/** Reads what the `$` at the reader begins; null, with the reader behind it, when that is plain text. */
function readMacro(reader: MacroReader): MacroPart | null {
  const offset = reader.at;
  const word = /\w*/y;
  word.lastIndex = offset + 1;
  word.test(reader.text);
  reader.at = word.lastIndex;
  const name = reader.text.slice(offset + 1, reader.at);
  const calls = peek(reader) === "(";
  if (name === "SERVER_LAN_IP" || name === "SERVER_HOST_ID") {
    if (calls) report(reader, offset, `found $${name} with parentheses, expected it without; remove them`);
    return { kind: name, offset };
  }
  if (!calls || !/^[A-Z][A-Z0-9_]*$/.test(name)) return null;
  if (name === "IF") return readCall(reader, { name, offset }, () => readIf(reader, offset));
  if (!isCallName(name)) {
    reportUnknown(reader, offset, name);
    return null;
  }
  return readCall(reader, { name, offset }, () => toMacro(reader, { name, offset }, readArguments(reader)));
}

/** The reader goes on behind the name, as if it were plain text. */
function reportUnknown(reader: MacroReader, offset: number, name: string): void {
  if (reader.problems.length >= mostProblems) return;
  const closest = closestName(name, macroNames);
  const hint = closest === null ? "" : ` (did you mean $${closest}?)`;
  const shown = name.length > 60 ? `${name.slice(0, 60)}...` : name;
  const message = `found $${shown}(...), which is no macro; expected one of the reference; correct the name${hint}`;
  reader.problems.push({ code: "MACRO_UNKNOWN", offset, message });
}

function isCallName(name: string): name is CallName {
  return Object.hasOwn(argumentCounts, name);
}

function readCall(reader: MacroReader, call: OpenMacro, read: () => MacroPart): MacroPart {
  return nested(reader, () => {
    reader.open.push(call);
    reader.at += 1;
    const macro = read();
    reader.open.pop();
    return macro;
  });
}

function report(reader: MacroReader, offset: number, message: string): void {
  reader.problems.push({ code: "MACRO_SYNTAX", offset, message });
}

/** Reads texts up to and with the closing parenthesis. */
function readArguments(reader: MacroReader): MacroText[] {
  skipSpace(reader);
  const texts: MacroText[] = [];
  if (peek(reader) === ")") reader.at += 1;
  else
    do texts.push(readTextArgument(reader));
    while (readSeparator(reader) === ",");
  return texts;
}

function readTextArgument(reader: MacroReader): MacroText {
  skipSpace(reader);
  const quote = peekQuote(reader);
  if (quote !== null) return readQuoted(reader, quote, readMacro);
  return trimParts(readParts(reader, { kind: "characters", characters: ",)", operators: false }, readMacro));
}

/** Reads the comma or the closing parenthesis after an argument. */
function readSeparator(reader: MacroReader): string {
  skipSpace(reader);
  const next = peek(reader);
  if (next === "") throw unclosedMacro(reader);
  if (next !== "," && next !== ")") {
    const message =
      "found text after a closing quote or bracket, expected a comma or a closing parenthesis; put the whole argument in quotes";
    throw new MacroFault(reader.at, message);
  }
  reader.at += 1;
  return next;
}

function toMacro(
  reader: MacroReader,
  { name, offset }: { name: CallName; offset: number },
  texts: MacroText[],
): MacroPart {
  const [first = [], second = []] = texts;
  const expected = argumentCounts[name];
  if (texts.length !== expected) {
    report(
      reader,
      offset,
      `found $${name} with ${count(texts.length)}, expected ${count(expected)}; correct it, with quotes around a text that holds a comma`,
    );
    return unreadable;
  }
  switch (name) {
    case "LOCATION":
    case "APP_INSTALLED":
      return { kind: name, offset, name: first };
    case "QUESTION":
      return { kind: name, offset, key: first };
    case "HOST_PATH":
      return { kind: name, offset, path: first };
    case "MOUNTED_HOST_PATH":
      return { kind: name, offset, path: first, mount: second };
    case "RANDOM_STRING":
      return { kind: name, offset, length: first, ordinal: reader.randomStrings++ };
    case "MEMORY":
      return { kind: name, offset, percent: first, leastMb: second };
    case "GPU_CONFIG":
      return { kind: name, offset };
  }
}

function count(number: number): string {
  return number === 1 ? "1 argument" : `${number} arguments`;
}

/** Stands for a macro that was reported, so that what is around it is not reported too. */
const unreadable: MacroPart = { kind: "literal", text: "?" };

function readIf(reader: MacroReader, offset: number): MacroPart {
  const condition = readCondition(reader, readMacro);
  const values: MacroValue[] = [];
  let joint: MacroText | null = null;
  while (readSeparator(reader) === ",") {
    if (values.length < 2) values.push(readGiven(reader));
    else if (joint === null) joint = readTextArgument(reader);
    else {
      throw new MacroFault(
        offset,
        "found $IF with more than 4 arguments, expected condition, value, other value and AND or OR; put quotes around a text that holds a comma",
      );
    }
  }
  const [whenTrue, whenFalse = emptyText] = values;
  if (whenTrue === undefined) {
    report(
      reader,
      offset,
      "found $IF with a condition only, expected a value after it; write $IF(condition, value)",
    );
    return unreadable;
  }
  return {
    kind: "IF",
    offset,
    condition: joinConditions(reader, { condition, joint, offset }),
    whenTrue,
    whenFalse,
  };
}

const emptyText: MacroValue = { kind: "text", parts: [] };

function readGiven(reader: MacroReader): MacroValue {
  const value = readValue(reader, ",)", readMacro);
  if (value.kind === "text" && value.parts.length > 1) reader.problems.push(...checkEmbedded(value.parts));
  return value;
}

function joinConditions(
  reader: MacroReader,
  { condition, joint, offset }: { condition: MacroCondition; joint: MacroText | null; offset: number },
): MacroCondition {
  if (joint === null) return condition;
  const word = literalText(joint)?.toUpperCase();
  if (word !== "AND" && word !== "OR") {
    report(reader, offset, "found a fourth argument of $IF that is neither AND nor OR; write one of the two");
  }
  return word === "OR" && condition.kind === "all" ? { ...condition, kind: "any" } : condition;
}
