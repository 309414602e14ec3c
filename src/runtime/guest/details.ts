import { formatValue } from "./format-value.ts";
import type { DetailRow } from "./guest-error.ts";
import { maxDetailChars, maxDetailRows } from "./limits.ts";
import { defineValue, ObjectSetPrototypeOf, StringSlice } from "./primordials.ts";

/** Rows of detail as text, bounded. Anything a hook passes is accepted. */
export function toDetailRows(context: unknown): DetailRow[] {
  const rows: DetailRow[] = ObjectSetPrototypeOf([], null);
  if (!Array.isArray(context)) return rows;
  const list = context as unknown[];
  for (let index = 0; index < list.length && index < maxDetailRows; index += 1) {
    const given = list[index] as { label?: unknown; value?: unknown } | null | undefined;
    const isRow = typeof given === "object" && given !== null;
    const row: DetailRow = {
      label: isRow ? toShortText(given.label) : "",
      value: toShortText(isRow ? given.value : given),
    };
    defineValue(rows, index, ObjectSetPrototypeOf(row, null), true);
  }
  return rows;
}

function toShortText(value: unknown): string {
  const text = formatValue(value);
  return text.length <= maxDetailChars ? text : `${StringSlice(text, 0, maxDetailChars - 10)} ... (cut)`;
}
