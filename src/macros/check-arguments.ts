import { literalText, type Macro, type MacroProblem, type MacroText } from "./macro-tree.ts";

/** Longest text `$RANDOM_STRING` makes. */
export const longestRandomString = 1024;

/** A whole number from 1 to 1024, or null. */
export function readRandomLength(text: string): number | null {
  const length = /^\s*\d{1,4}\s*$/.test(text) ? Number(text) : 0;
  return length >= 1 && length <= longestRandomString ? length : null;
}

/** A percentage from 0 to 100, with or without its sign, or null. */
export function readPercent(text: string): number | null {
  const digits = /^\s*(\d{1,3}(?:\.\d{1,6})?)\s*%?\s*$/.exec(text)?.[1];
  return digits === undefined || Number(digits) > 100 ? null : Number(digits);
}

/** A number of megabytes, or null. */
export function readMegabytes(text: string): number | null {
  return /^\s*\d{1,9}(\.\d{1,6})?\s*$/.test(text) ? Number(text) : null;
}

/** What can be told of a macro's arguments before there are any facts about the NAS. */
export function checkArguments(macro: Macro): MacroProblem[] {
  switch (macro.kind) {
    case "LOCATION":
    case "APP_INSTALLED":
      return checkText(macro, macro.name, (text) =>
        text === "" ? "found no name, expected one; write it" : null,
      );
    case "QUESTION":
      return checkText(macro, macro.key, (text) =>
        text === "" ? "found no key, expected one; write it" : null,
      );
    case "HOST_PATH":
      return checkText(macro, macro.path, checkPath);
    case "MOUNTED_HOST_PATH":
      return [...checkText(macro, macro.path, checkPath), ...checkText(macro, macro.mount, checkPath)];
    case "RANDOM_STRING":
      return checkText(macro, macro.length, (text) =>
        readRandomLength(text) === null
          ? `found the length ${JSON.stringify(text)}, expected a whole number from 1 to ${longestRandomString}; write for example $RANDOM_STRING(16)`
          : null,
      );
    case "MEMORY":
      return [
        ...checkText(macro, macro.percent, (text) =>
          readPercent(text) === null
            ? `found ${JSON.stringify(text)}, expected a percentage from 0% to 100%; write for example $MEMORY(5%, 200)`
            : null,
        ),
        ...checkText(macro, macro.leastMb, (text) =>
          readMegabytes(text) === null
            ? `found ${JSON.stringify(text)}, expected a number of megabytes; write for example $MEMORY(5%, 200)`
            : null,
        ),
      ];
    default:
      return [];
  }
}

/** Macros that give an object cannot stand inside other text. */
export function checkEmbedded(parts: MacroText): MacroProblem[] {
  return parts.flatMap((part) => {
    if (part.kind !== "HOST_PATH" && part.kind !== "MOUNTED_HOST_PATH" && part.kind !== "GPU_CONFIG")
      return [];
    const message = `found $${part.kind}(...) inside other text, but it gives an object; let it be the whole value`;
    return [{ code: "MACRO_SYNTAX", offset: part.offset, message }];
  });
}

function checkPath(text: string): string | null {
  return text === "" ? "found no path, expected one; write it" : null;
}

function checkText(
  macro: Macro,
  parts: MacroText,
  findFault: (text: string) => string | null,
): MacroProblem[] {
  const literal = literalText(parts);
  const message = literal === null ? null : findFault(literal);
  const fault = message === null ? [] : [{ code: "MACRO_SYNTAX" as const, offset: macro.offset, message }];
  return [...checkEmbedded(parts), ...fault];
}
