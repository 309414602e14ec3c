import type { MacroPart, MacroProblem, MacroText } from "./macro-tree.ts";

/** How deep macros, conditions and written-out objects may be inside one another. */
const deepestMacro = 32;

/** A macro whose closing parenthesis was not read yet; `offset` is that of its `$`. */
export interface OpenMacro {
  name: string;
  offset: number;
}

/** A text being read, from left to right, each character once. */
export interface MacroReader {
  readonly text: string;
  at: number;
  /** Macros that are open at this place, outermost first. */
  readonly open: OpenMacro[];
  depth: number;
  randomStrings: number;
  readonly problems: MacroProblem[];
}

/**
 * Where a text inside a macro ends: at a closing quote, or at one of some characters outside parentheses; with
 * `operators` also before `==` and `!=`.
 */
export type TextEnd =
  | { kind: "quote"; quote: string; operators: boolean }
  | { kind: "characters"; characters: string; operators: boolean };

/** Ends the reading of a text whose rest cannot be understood. */
export class MacroFault extends Error {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/** Reads what a `$` begins; gives null when the `$` is plain text. */
export type ReadMacro = (reader: MacroReader) => MacroPart | null;

/** Reads text and macros up to the end, which is left unread. Fails when the text is over before `end` is met. */
export function readParts(reader: MacroReader, end: TextEnd | null, readMacro: ReadMacro): MacroText {
  const parts: MacroPart[] = [];
  const start = reader.at;
  let literalStart = start;
  let parentheses = 0;
  const keepLiteral = (to: number): void => {
    if (to > literalStart) parts.push({ kind: "literal", text: reader.text.slice(literalStart, to) });
  };
  while (reader.at < reader.text.length && (parentheses > 0 || !isEnd(reader, end))) {
    const character = peek(reader);
    const before = reader.at;
    if (character === "$") {
      const macro = readMacro(reader);
      if (macro === null) continue;
      keepLiteral(before);
      parts.push(macro);
      literalStart = reader.at;
    } else if (isEscape(reader, end)) {
      keepLiteral(before);
      literalStart = before + 1;
      reader.at += 2;
    } else {
      if (end?.kind === "characters") parentheses = countParenthesis(parentheses, character);
      reader.at += 1;
    }
  }
  keepLiteral(reader.at);
  if (end !== null && reader.at >= reader.text.length) throw unclosed(reader, end, start);
  return parts;
}

function countParenthesis(open: number, character: string): number {
  if (character === "(") return open + 1;
  return character === ")" ? Math.max(0, open - 1) : open;
}

export function skipSpace(reader: MacroReader): void {
  while (/\s/.test(reader.text[reader.at] ?? "x")) reader.at += 1;
}

/** The character that comes next, or "" at the end. */
export function peek(reader: MacroReader): string {
  return reader.text[reader.at] ?? "";
}

/** The opening quote that comes next, or null. */
export function peekQuote(reader: MacroReader): string | null {
  const next = peek(reader);
  return next === "'" || next === '"' ? next : null;
}

/** True when `==` or `!=` comes next. */
export function isAtOperator(reader: MacroReader): boolean {
  return reader.text.startsWith("==", reader.at) || reader.text.startsWith("!=", reader.at);
}

/** Reads a quoted text, quotes included; macros inside count. */
export function readQuoted(reader: MacroReader, quote: string, readMacro: ReadMacro): MacroText {
  reader.at += 1;
  const parts = readParts(reader, { kind: "quote", quote, operators: false }, readMacro);
  reader.at += 1;
  return parts;
}

/** Goes one level deeper for the time of `read`. */
export function nested<T>(reader: MacroReader, read: () => T): T {
  if (reader.depth >= deepestMacro) {
    const message = `found macros nested more than ${deepestMacro} deep, the most that is read; simplify them`;
    throw new MacroFault(reader.at, message);
  }
  reader.depth += 1;
  const result = read();
  reader.depth -= 1;
  return result;
}

/** Parts without the white space around them. */
export function trimParts(parts: MacroText): MacroText {
  const trimmed = parts.map((part, index): MacroPart => {
    if (part.kind !== "literal") return part;
    const begun = index === 0 ? part.text.trimStart() : part.text;
    return { kind: "literal", text: index === parts.length - 1 ? begun.trimEnd() : begun };
  });
  return trimmed.filter((part) => part.kind !== "literal" || part.text !== "");
}

function isEnd(reader: MacroReader, end: TextEnd | null): boolean {
  if (end === null) return false;
  const ends = end.kind === "quote" ? end.quote : end.characters;
  return ends.includes(peek(reader)) || (end.operators && isAtOperator(reader));
}

function isEscape(reader: MacroReader, end: TextEnd | null): boolean {
  if (end?.kind !== "quote" || peek(reader) !== "\\") return false;
  const next = reader.text[reader.at + 1];
  return next === end.quote || next === "\\";
}

function unclosed(reader: MacroReader, end: TextEnd, start: number): MacroFault {
  if (end.kind === "quote")
    return new MacroFault(start - 1, `found a ${end.quote} that is not closed; add the closing ${end.quote}`);
  return unclosedMacro(reader);
}

/** The fault of a text that is over inside a macro. */
export function unclosedMacro(reader: MacroReader): MacroFault {
  const { name, offset } = reader.open.at(-1) as OpenMacro;
  return new MacroFault(
    offset,
    `found $${name}( without its closing parenthesis; balance brackets and quotes`,
  );
}
