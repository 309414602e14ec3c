/** A place in a text; line and column are 1-based, columns count UTF-16 code units. */
export interface TextPosition {
  line: number;
  column: number;
}

// The line ends of ECMAScript, which esbuild and source maps count by.
const lineEnd = /\r\n|[\n\r\u2028\u2029]/g;

/** Offsets at which the lines of `text` begin. */
function lineStarts(text: string): number[] {
  const starts = [0];
  for (const match of text.matchAll(lineEnd)) starts.push(match.index + match[0].length);
  return starts;
}

/** Text of one line (1-based) without its end; empty when there is no such line. */
export function lineText(text: string, line: number): string {
  const starts = lineStarts(text);
  const start = starts[line - 1];
  if (start === undefined) return "";
  return text.slice(start, starts[line] ?? text.length).replace(/[\r\n\u2028\u2029]+$/, "");
}

/** The offset of a position; positions past the end of a line or of the text are pulled back to it. */
export function offsetAt(text: string, position: TextPosition): number {
  const start = lineStarts(text)[position.line - 1];
  if (start === undefined) return text.length;
  return Math.min(start + position.column - 1, start + lineText(text, position.line).length);
}

/** Turns a 0-based column in UTF-8 bytes, as esbuild gives it, into a 1-based column in UTF-16 code units. */
export function columnOfByte(text: string, line: number, byteColumn: number): number {
  const bytes = Buffer.from(lineText(text, line), "utf8");
  return bytes.subarray(0, byteColumn).toString("utf8").length + 1;
}
