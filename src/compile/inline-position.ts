import { positionInLiteral, stringLiteralAt } from "../schema/positions.ts";
import type { HookSource, InlinePlacement, SourceLocation } from "./bundle.ts";
import { offsetAt, type TextPosition } from "./text-position.ts";

/** An inline hook's place in its install script. */
export function placeInline(source: HookSource & { kind: "inline" }): InlinePlacement {
  const literal = source.scriptText === undefined ? null : stringLiteralAt(source.scriptText, source.pointer);
  return { scriptFile: source.scriptFile, pointer: source.pointer, literal };
}

/**
 * Where a position of the inline text is in the install script's JSON; the position itself when the script's
 * text is not known. Escapes are one character of the inline text and two or six of the JSON.
 */
export function positionInScript(
  placement: InlinePlacement,
  text: string,
  position: TextPosition,
): TextPosition {
  if (placement.literal === null) return position;
  return positionInLiteral(placement.literal, offsetAt(text, position));
}

/** The location of a position of the inline text: the place in the JSON file, with the position itself beside it. */
export function locateInline(
  placement: InlinePlacement,
  text: string,
  position: TextPosition,
): SourceLocation {
  return {
    file: placement.scriptFile,
    ...positionInScript(placement, text, position),
    inline: { pointer: placement.pointer, ...position },
  };
}
