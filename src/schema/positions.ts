import { parseTree, type Node } from "jsonc-parser";
import { findLimitPassed } from "./json-limits.ts";

/** A place in a text, as editors count it: both 1-based, columns in UTF-16 code units. */
export interface Position {
  line: number;
  column: number;
}

/** A string value as it is written in the JSON text. */
export interface StringLiteral extends Position {
  /** The literal with its quotes and escapes; `line` and `column` are those of the opening quote. */
  raw: string;
}

/** Where things are in one JSON text. Pointers are RFC 6901; "" is the whole document. */
export interface JsonPositions {
  /** The character at a 0-based offset of the text. */
  atOffset(offset: number): Position;
  /** Start of the value at the pointer; of the nearest object or array around it when there is none. */
  at(pointer: string): Position;
  /** Start of the name of the field at the pointer; same as `at` for array elements and missing fields. */
  keyAt(pointer: string): Position;
  /** The string value at the pointer as it is written, or null when there is no string. */
  literalAt(pointer: string): StringLiteral | null;
  /** The character at `offset` of the decoded string value at the pointer; like `at` when there is no string. */
  inString(pointer: string, offset: number): Position;
}

/** The text without a byte order mark: editors do not count it as a column. */
export function withoutByteOrderMark(text: string): string {
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

/** Positions in a text that was parsed to `root`; neither holds a byte order mark. */
export function createPositions(text: string, root: Node | undefined): JsonPositions {
  const lineStarts = computeLineStarts(text);
  const members = new WeakMap<Node, Map<string, Node>>();
  const atOffset = (offset: number): Position => toPosition(lineStarts, offset);

  const childOf = (node: Node, segment: string): Node | undefined => {
    let known = members.get(node);
    if (known === undefined) members.set(node, (known = indexMembers(node)));
    return known.get(segment);
  };
  const find = (pointer: string): { nearest: Node | undefined; found: boolean } => {
    let node = root;
    for (const segment of parsePointer(pointer)) {
      const child = node && childOf(node, segment);
      if (child === undefined) return { nearest: node, found: false };
      node = child;
    }
    return { nearest: node, found: true };
  };
  const at = (pointer: string): Position => atOffset(find(pointer).nearest?.offset ?? 0);
  const literalAt = (pointer: string): StringLiteral | null => {
    const { nearest, found } = find(pointer);
    if (!found || nearest?.type !== "string") return null;
    const raw = text.slice(nearest.offset, nearest.offset + nearest.length);
    return { ...atOffset(nearest.offset), raw };
  };
  return {
    atOffset,
    at,
    keyAt: (pointer) => {
      const { nearest, found } = find(pointer);
      const property = found && nearest?.parent?.type === "property" ? nearest.parent : nearest;
      return atOffset(property?.offset ?? 0);
    },
    literalAt,
    inString: (pointer, offset) => {
      const literal = literalAt(pointer);
      return literal === null ? at(pointer) : positionInLiteral(literal, offset);
    },
  };
}

/**
 * The place of the character at `offset` of a decoded JSON string, given the string as it is written. A JSON
 * string cannot hold a line break, so it is always on the line of the opening quote.
 */
export function positionInLiteral(literal: StringLiteral, offset: number): Position {
  const end = literal.raw.length - 1;
  let rawOffset = 1;
  for (let decoded = 0; decoded < offset && rawOffset < end; decoded += 1) {
    if (literal.raw[rawOffset] !== "\\") rawOffset += 1;
    else rawOffset += literal.raw[rawOffset + 1] === "u" ? 6 : 2;
  }
  return { line: literal.line, column: literal.column + Math.min(rawOffset, end) };
}

/**
 * The place of the character at `offset` of the decoded string at `pointer`, in the text of an install script.
 * Falls back to the start of what is there when that is not a string.
 */
export function positionInString(text: string, pointer: string, offset: number): Position {
  return positionsOf(text).inString(pointer, offset);
}

/** The string at `pointer` as the text of an install script writes it; null when that is not a string. */
export function stringLiteralAt(text: string, pointer: string): StringLiteral | null {
  return positionsOf(text).literalAt(pointer);
}

/** One segment of a JSON pointer for a field name or an index. */
export function pointerSegment(name: string | number): string {
  return `/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** The field names and indices of a JSON pointer. */
export function parsePointer(pointer: string): string[] {
  if (pointer === "") return [];
  return pointer
    .slice(1)
    .split("/")
    .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function positionsOf(text: string): JsonPositions {
  const plain = withoutByteOrderMark(text);
  return createPositions(plain, findLimitPassed(plain) === null ? parseTree(plain) : undefined);
}

/** Children by name or index; of two fields with the same name the last one counts, as in JSON.parse. */
function indexMembers(node: Node): Map<string, Node> {
  const found = new Map<string, Node>();
  node.children?.forEach((child, index) => {
    if (node.type === "array") found.set(String(index), child);
    const [name, value] = child.children ?? [];
    if (node.type === "object" && name !== undefined && value !== undefined)
      found.set(name.value as string, value);
  });
  return found;
}

function computeLineStarts(text: string): number[] {
  const starts = [0];
  for (const lineBreak of text.matchAll(/\r\n|\n|\r/g)) starts.push(lineBreak.index + lineBreak[0].length);
  return starts;
}

function toPosition(lineStarts: number[], offset: number): Position {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((lineStarts[middle] as number) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (lineStarts[low] as number) + 1 };
}
