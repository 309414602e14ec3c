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
  type ReadMacro,
} from "./macro-reader.ts";
import { literalText, type MacroText, type MacroValue } from "./macro-tree.ts";

/**
 * Reads what `$IF` gives, up to one of the characters: a quoted text, an object or list written out, a number,
 * true, false or null without quotes, or plain text. Macros may stand in each, quoted or not.
 */
export function readValue(reader: MacroReader, characters: string, readMacro: ReadMacro): MacroValue {
  skipSpace(reader);
  const quote = peekQuote(reader);
  if (quote !== null) return { kind: "text", parts: readQuoted(reader, quote, readMacro) };
  if (peek(reader) === "{") return nested(reader, () => readObject(reader, readMacro));
  if (peek(reader) === "[") return nested(reader, () => readList(reader, readMacro));
  const end = { kind: "characters", characters, operators: false } as const;
  return toBareValue(trimParts(readParts(reader, end, readMacro)));
}

/** A number is one only when it is written as JSON would write it again: `1.10` is a text. */
function toBareValue(parts: MacroText): MacroValue {
  const literal = literalText(parts);
  if (literal === "true" || literal === "false") return { kind: "scalar", value: literal === "true" };
  if (literal === "null") return { kind: "scalar", value: null };
  const isNumber = literal !== null && /^-?\d/.test(literal) && String(Number(literal)) === literal;
  return isNumber ? { kind: "scalar", value: Number(literal) } : { kind: "text", parts };
}

function readObject(reader: MacroReader, readMacro: ReadMacro): MacroValue {
  const entries: [string, MacroValue][] = [];
  readEntries(reader, "}", () => {
    const name = readName(reader, readMacro);
    skipSpace(reader);
    if (peek(reader) !== ":") {
      throw new MacroFault(
        reader.at,
        `found no colon after the name ${JSON.stringify(name)}; write name: value`,
      );
    }
    reader.at += 1;
    entries.push([name, readValue(reader, ",}", readMacro)]);
  });
  return { kind: "object", entries };
}

function readList(reader: MacroReader, readMacro: ReadMacro): MacroValue {
  const items: MacroValue[] = [];
  readEntries(reader, "]", () => items.push(readValue(reader, ",]", readMacro)));
  return { kind: "list", items };
}

/** Reads entries with commas between them up to the closing bracket. */
function readEntries(reader: MacroReader, close: string, readEntry: () => void): void {
  do {
    reader.at += 1;
    skipSpace(reader);
    if (peek(reader) === close) break;
    readEntry();
    skipSpace(reader);
  } while (peek(reader) === ",");
  if (peek(reader) === "") throw unclosedMacro(reader);
  if (peek(reader) !== close) {
    throw new MacroFault(
      reader.at,
      `found text after a value, expected a comma or ${close}; put quotes around the whole text`,
    );
  }
  reader.at += 1;
}

function readName(reader: MacroReader, readMacro: ReadMacro): string {
  const offset = reader.at;
  const quote = peekQuote(reader);
  const bare = /[\w$-]+/y;
  bare.lastIndex = offset;
  const name =
    quote === null
      ? (bare.exec(reader.text)?.[0] ?? null)
      : literalText(readQuoted(reader, quote, readMacro));
  if (name === null || name === "__proto__") {
    const message = `found no field name that can be used; write it in quotes, without macros`;
    throw new MacroFault(offset, message);
  }
  if (quote === null) reader.at += name.length;
  return name;
}
