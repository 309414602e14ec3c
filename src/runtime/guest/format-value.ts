import {
  ArrayIsArray,
  BigIntToString,
  FunctionToString,
  JsonStringify,
  ObjectGetOwnPropertyDescriptor,
  ObjectGetPrototypeOf,
  ObjectKeys,
  ObjectToString,
  StringIndexOf,
  StringOf,
  StringSlice,
  SymbolToString,
  TypedArrayByteLength,
  TypedArrayTag,
} from "./primordials.ts";
import { formatSpecial, type Formatting } from "./format-special.ts";

/** How much of a value is shown. */
const maxDepth = 4;
const maxEntries = 100;
const maxTextChars = 10_000;
const maxTotalChars = 64 * 1024;

/**
 * Text of any value, for logs and error texts: a string is itself, other values look much as `console.log` shows them
 * in Node. Bounded; never throws. Getters are named, not run.
 */
export function formatValue(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return formatNested(value, {
      path: null,
      depth: 0,
      room: { chars: maxTotalChars },
      nested: formatNested,
    });
  } catch {
    return "[value that cannot be shown]";
  }
}

/** Text of a value inside another one: strings are quoted. */
function formatNested(value: unknown, at: Formatting): string {
  const text = formatOne(value, at);
  at.room.chars -= text.length;
  return text;
}

function formatOne(value: unknown, at: Formatting): string {
  switch (typeof value) {
    case "string":
      return quote(value);
    case "bigint":
      return `${BigIntToString(value)}n`;
    case "symbol":
      return SymbolToString(value);
    case "number":
      return value === 0 && 1 / value < 0 ? "-0" : StringOf(value);
    case "function":
      return formatFunction(value);
    case "object":
      return value === null ? "null" : formatObject(value, at);
    default:
      return StringOf(value);
  }
}

function formatObject(value: object, at: Formatting): string {
  for (let step = at.path; step !== null; step = step.parent) {
    if (step.value === value) return "[Circular]";
  }
  if (at.room.chars <= 0) return "...";
  const isArray = ArrayIsArray(value);
  if (at.depth >= maxDepth) return isArray ? "[Array]" : "[Object]";
  const inner: Formatting = {
    path: { value, parent: at.path },
    depth: at.depth + 1,
    room: at.room,
    nested: formatNested,
  };
  const tag = TypedArrayTag(value);
  if (isArray || tag !== undefined) {
    const length = isArray ? value.length : TypedArrayByteLength(value as ArrayBufferView);
    return `${tag === undefined ? "" : `${tag}(${length} bytes) `}${formatItems(value as ArrayLike<unknown>, inner)}`;
  }
  return formatSpecial(value, inner) ?? `${classPrefix(value)}${formatProperties(value, inner)}`;
}

function formatItems(list: ArrayLike<unknown>, at: Formatting): string {
  const { length } = list;
  const shown = length > maxEntries ? maxEntries : length;
  let text = "";
  for (let index = 0; index < shown && at.room.chars > 0; index += 1) {
    const item = ObjectGetOwnPropertyDescriptor(list, index);
    text += `${index === 0 ? "" : ", "}${item === undefined ? "<empty>" : formatDescriptor(item, at)}`;
  }
  const hidden = length - shown;
  return length === 0 ? "[]" : `[ ${text}${hidden > 0 ? `, ... ${hidden} more` : ""} ]`;
}

function formatProperties(value: object, at: Formatting): string {
  const keys = ObjectKeys(value);
  let text = "";
  for (let index = 0; index < keys.length && at.room.chars > 0; index += 1) {
    if (index === maxEntries) {
      text += `, ... ${keys.length - index} more`;
      break;
    }
    const key = keys[index] as string;
    const property = ObjectGetOwnPropertyDescriptor(value, key);
    if (property === undefined) continue;
    text += `${text === "" ? "" : ", "}${formatKey(key)}: ${formatDescriptor(property, at)}`;
  }
  return text === "" ? "{}" : `{ ${text} }`;
}

function formatDescriptor(property: PropertyDescriptor, at: Formatting): string {
  if (property.get !== undefined) return property.set === undefined ? "[Getter]" : "[Getter/Setter]";
  if (property.set !== undefined) return "[Setter]";
  return formatNested(property.value, at);
}

const plainKey = /^[A-Za-z_$][\w$]*$/u;
const testPattern = plainKey.exec.bind(plainKey);

function formatKey(key: string): string {
  return testPattern(key) === null ? quote(key) : key;
}

/** `Name ` for instances of a class, "" for plain objects. */
function classPrefix(value: object): string {
  const prototype = ObjectGetPrototypeOf(value);
  if (prototype === null) return "[Object: null prototype] ";
  const tag = StringSlice(ObjectToString(value), 8, -1);
  const name = constructorName(prototype);
  if (tag !== "Object" && tag !== name) return `${name === "" ? tag : `${name} [${tag}]`} `;
  return name === "Object" || name === "" ? "" : `${name} `;
}

function constructorName(prototype: object): string {
  const made = ObjectGetOwnPropertyDescriptor(prototype, "constructor")?.value as unknown;
  if (typeof made !== "function") return "";
  const name = ObjectGetOwnPropertyDescriptor(made, "name")?.value as unknown;
  return typeof name === "string" ? name : "";
}

function formatFunction(value: object): string {
  const name = ObjectGetOwnPropertyDescriptor(value, "name")?.value as unknown;
  const source = FunctionToString(value);
  const kind = StringIndexOf(source, "class") === 0 ? "class" : "Function";
  return typeof name === "string" && name !== "" ? `[${kind}: ${name}]` : `[${kind} (anonymous)]`;
}

function quote(text: string): string {
  const shown = text.length > maxTextChars ? `${StringSlice(text, 0, maxTextChars)}...` : text;
  const json = JsonStringify(shown) as string;
  if (StringIndexOf(shown, "'") >= 0 || StringIndexOf(shown, '"') >= 0) return json;
  return `'${StringSlice(json, 1, -1)}'`;
}
