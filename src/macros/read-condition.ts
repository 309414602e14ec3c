import {
  isAtOperator,
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
  type ReadMacro,
  type TextEnd,
} from "./macro-reader.ts";
import { literalText, type MacroCondition, type MacroText } from "./macro-tree.ts";

/** A condition, or a text that is one side of a comparison or a condition by itself. */
type Term = { operand: MacroText; offset: number } | { condition: MacroCondition };

/** Reads the condition of `$IF`: one, or a list in brackets (all of which must hold). */
export function readCondition(reader: MacroReader, readMacro: ReadMacro): MacroCondition {
  skipSpace(reader);
  if (peek(reader) === "[") return nested(reader, () => readConditionList(reader, readMacro));
  const end: TextEnd = { kind: "characters", characters: ",)", operators: true };
  return toCondition(readTerm(reader, end, readMacro));
}

function readConditionList(reader: MacroReader, readMacro: ReadMacro): MacroCondition {
  const offset = reader.at;
  const end: TextEnd = { kind: "characters", characters: ",]", operators: true };
  const conditions: MacroCondition[] = [];
  do {
    reader.at += 1;
    conditions.push(toCondition(readTerm(reader, end, readMacro)));
    skipSpace(reader);
  } while (peek(reader) === ",");
  if (peek(reader) === "") throw unclosedMacro(reader);
  if (peek(reader) !== "]") {
    const message =
      "found a list of conditions that goes on after a closing quote; separate conditions by commas";
    throw new MacroFault(offset, message);
  }
  reader.at += 1;
  return { kind: "all", conditions };
}

/** Reads up to `end`: negations, then a text, a comparison of two texts, or any of these in quotes. */
function readTerm(reader: MacroReader, end: TextEnd, readMacro: ReadMacro): Term {
  skipSpace(reader);
  let negated = false;
  while (peek(reader) === "!" && !isAtOperator(reader)) {
    negated = !negated;
    reader.at += 1;
    skipSpace(reader);
  }
  const left = readSide(reader, end, readMacro);
  skipSpace(reader);
  const term = isAtOperator(reader) ? readComparison(reader, { left, end }, readMacro) : left;
  return negated ? { condition: { kind: "not", condition: toCondition(term) } } : term;
}

function readSide(reader: MacroReader, end: TextEnd, readMacro: ReadMacro): Term {
  const offset = reader.at;
  const quote = peekQuote(reader);
  if (quote === null || (end.kind === "quote" && end.quote === quote)) {
    return { operand: trimParts(readParts(reader, end, readMacro)), offset };
  }
  reader.at += 1;
  const inner = nested(reader, () => readTerm(reader, { kind: "quote", quote, operators: true }, readMacro));
  if (peek(reader) !== quote) {
    throw new MacroFault(offset, `found a ${quote} that is not closed; add the closing ${quote}`);
  }
  reader.at += 1;
  return inner;
}

function readComparison(
  reader: MacroReader,
  { left, end }: { left: Term; end: TextEnd },
  readMacro: ReadMacro,
): Term {
  const negated = peek(reader) === "!";
  if ("condition" in left) {
    const message = "found two comparisons in one condition; write a list of conditions in brackets";
    throw new MacroFault(reader.at, message);
  }
  reader.at += 2;
  // `===` and `!==` are what authors of TypeScript write by habit.
  if (peek(reader) === "=") reader.at += 1;
  skipSpace(reader);
  const quote = peekQuote(reader);
  const closes = end.kind === "quote" && end.quote === quote;
  const right =
    quote === null || closes
      ? trimParts(readParts(reader, end, readMacro))
      : readQuoted(reader, quote, readMacro);
  return { condition: { kind: "equal", left: left.operand, right, negated } };
}

function toCondition(term: Term): MacroCondition {
  if ("condition" in term) return term.condition;
  const literal = literalText(term.operand);
  if (literal === null) return { kind: "truthy", operand: term.operand };
  const word = literal.toLowerCase();
  if (word === "true" || word === "false") return { kind: "constant", value: word === "true" };
  const found = literal === "" ? "no condition" : `the condition ${JSON.stringify(literal.slice(0, 40))}`;
  throw new MacroFault(
    term.offset,
    `found ${found}, expected true, false, $QUESTION(key), $APP_INSTALLED(name), x == y or x != y; write one of these`,
  );
}
