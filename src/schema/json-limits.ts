import { createScanner } from "jsonc-parser";

/** Bounds of an install script's text, far above what real ones need. */
export const jsonLimits = {
  /** UTF-16 code units of the whole text. */
  characters: 2 * 1024 * 1024,
  /** Objects and arrays inside one another. */
  depth: 64,
  /**
   * Values, names, brackets, colons and commas in all: about 5,000 fields. The schema check takes time with the
   * square of the number of faulty objects, so this also bounds its time (about a second).
   */
  tokens: 20_000,
  /** UTF-16 code units of one field name. */
  nameCharacters: 500,
} as const;

/** The first limit that a text passes, and where (0-based offset). */
export interface LimitPassed {
  limit: keyof typeof jsonLimits;
  offset: number;
}

/*
 * Kinds of tokens as jsonc-parser numbers them. Its own names are a `const enum`, which does not exist when
 * types are stripped.
 */
const openBrace = 1;
const closeBrace = 2;
const openBracket = 3;
const closeBracket = 4;
const colon = 6;
const stringLiteral = 10;
const endOfFile = 17;

/** Looks for a passed limit without recursion, so that no text can exhaust the stack or the memory later. */
export function findLimitPassed(text: string): LimitPassed | null {
  if (text.length > jsonLimits.characters) return { limit: "characters", offset: jsonLimits.characters };
  const scanner = createScanner(text, true);
  let depth = 0;
  let tokens = 0;
  let lastString = { offset: 0, length: 0 };
  for (let kind: number = scanner.scan(); kind !== endOfFile; kind = scanner.scan()) {
    const offset = scanner.getTokenOffset();
    tokens += 1;
    if (kind === openBrace || kind === openBracket) depth += 1;
    if (kind === closeBrace || kind === closeBracket) depth -= 1;
    if (kind === stringLiteral) lastString = { offset, length: scanner.getTokenLength() - 2 };
    if (depth > jsonLimits.depth) return { limit: "depth", offset };
    if (tokens > jsonLimits.tokens) return { limit: "tokens", offset };
    if (kind === colon && lastString.length > jsonLimits.nameCharacters) {
      return { limit: "nameCharacters", offset: lastString.offset };
    }
    if (kind === colon) lastString = { offset, length: 0 };
  }
  return null;
}
