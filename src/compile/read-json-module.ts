import { visit } from "jsonc-parser";

/**
 * JSON text as it stands, with comments and trailing commas replaced by spaces, so that every position stays
 * where it was. Hooks import `.json` and `.jsonc` alike, and both are found with comments.
 */
export function blankJsonComments(text: string): string {
  const blanks: { offset: number; length: number }[] = [];
  let comma: number | null = null;
  const pass = (): void => {
    comma = null;
  };
  const close = (): void => {
    if (comma !== null) blanks.push({ offset: comma, length: 1 });
    comma = null;
  };
  visit(
    text,
    {
      onComment: (offset, length) => blanks.push({ offset, length }),
      onSeparator: (character, offset) => {
        comma = character === "," ? offset : null;
      },
      onObjectBegin: pass,
      onArrayBegin: pass,
      onObjectProperty: pass,
      onLiteralValue: pass,
      onObjectEnd: close,
      onArrayEnd: close,
    },
    { allowTrailingComma: true },
  );
  let plain = "";
  let end = 0;
  for (const { offset, length } of blanks.toSorted((left, right) => left.offset - right.offset)) {
    plain += text.slice(end, offset);
    end = offset + length;
    plain += text.slice(offset, end).replaceAll(/[^\r\n\u2028\u2029]/g, " ");
  }
  return plain + text.slice(end);
}
