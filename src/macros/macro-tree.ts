import type { ErrorCode } from "../errors.ts";

/** A text with macros in it: the parts in order. One single macro keeps the type of its value. */
export type MacroText = readonly MacroPart[];

export type MacroPart = { kind: "literal"; text: string } | Macro;

/** A macro as it was written; the names are those of the macro table in `docs/reference/install-script.md`. */
export type Macro = { /** Of its `$`, 0-based in the text. */ offset: number } & (
  | { kind: "SERVER_LAN_IP" | "SERVER_HOST_ID" | "GPU_CONFIG" }
  | { kind: "LOCATION"; name: MacroText }
  | { kind: "QUESTION"; key: MacroText }
  | { kind: "HOST_PATH"; path: MacroText }
  | { kind: "MOUNTED_HOST_PATH"; path: MacroText; mount: MacroText }
  /** `ordinal` counts the random strings of one text from 0, so that each gets its own. */
  | { kind: "RANDOM_STRING"; length: MacroText; ordinal: number }
  | { kind: "MEMORY"; percent: MacroText; leastMb: MacroText }
  | { kind: "APP_INSTALLED"; name: MacroText }
  | { kind: "IF"; condition: MacroCondition; whenTrue: MacroValue; whenFalse: MacroValue }
);

export type MacroCondition =
  | { kind: "constant"; value: boolean }
  | { kind: "truthy"; operand: MacroText }
  | { kind: "not"; condition: MacroCondition }
  | { kind: "equal"; left: MacroText; right: MacroText; negated: boolean }
  | { kind: "all" | "any"; conditions: readonly MacroCondition[] };

/** What `$IF` may give: a text, a number, true, false or null, or an object or list written out. */
export type MacroValue =
  | { kind: "text"; parts: MacroText }
  | { kind: "scalar"; value: number | boolean | null }
  | { kind: "object"; entries: readonly (readonly [string, MacroValue])[] }
  | { kind: "list"; items: readonly MacroValue[] };

/** Something wrong with a text; `offset` is 0-based, in UTF-16 code units of the text. */
export interface MacroProblem {
  code: Extract<ErrorCode, "MACRO_UNKNOWN" | "MACRO_SYNTAX">;
  offset: number;
  /** What was found, what was expected, what to do; where is for the caller to say. */
  message: string;
}

/** Every macro in a text, inner ones included. */
export function* macrosIn(parts: MacroText): Generator<Macro, void> {
  for (const part of parts) {
    if (part.kind === "literal") continue;
    yield part;
    yield* macrosInside(part);
  }
}

/** The text of parts that hold no macro; null when one does. */
export function literalText(parts: MacroText): string | null {
  return parts.every((part) => part.kind === "literal") ? parts.map((part) => part.text).join("") : null;
}

function* macrosInside(macro: Macro): Generator<Macro, void> {
  switch (macro.kind) {
    case "SERVER_LAN_IP":
    case "SERVER_HOST_ID":
    case "GPU_CONFIG":
      return;
    case "LOCATION":
    case "APP_INSTALLED":
      return yield* macrosIn(macro.name);
    case "QUESTION":
      return yield* macrosIn(macro.key);
    case "HOST_PATH":
      return yield* macrosIn(macro.path);
    case "MOUNTED_HOST_PATH":
      return yield* macrosIn([...macro.path, ...macro.mount]);
    case "RANDOM_STRING":
      return yield* macrosIn(macro.length);
    case "MEMORY":
      return yield* macrosIn([...macro.percent, ...macro.leastMb]);
    case "IF":
      yield* macrosInCondition(macro.condition);
      yield* macrosInValue(macro.whenTrue);
      yield* macrosInValue(macro.whenFalse);
  }
}

function* macrosInCondition(condition: MacroCondition): Generator<Macro, void> {
  switch (condition.kind) {
    case "constant":
      return;
    case "truthy":
      return yield* macrosIn(condition.operand);
    case "not":
      return yield* macrosInCondition(condition.condition);
    case "equal":
      return yield* macrosIn([...condition.left, ...condition.right]);
    case "all":
    case "any":
      for (const inner of condition.conditions) yield* macrosInCondition(inner);
  }
}

function* macrosInValue(value: MacroValue): Generator<Macro, void> {
  switch (value.kind) {
    case "scalar":
      return;
    case "text":
      return yield* macrosIn(value.parts);
    case "object":
      for (const [, inner] of value.entries) yield* macrosInValue(inner);
      return;
    case "list":
      for (const inner of value.items) yield* macrosInValue(inner);
  }
}
