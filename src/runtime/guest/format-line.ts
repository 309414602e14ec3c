import { formatValue } from "./format-value.ts";

/** The text of one log call: values beside each other, and the `%s`-like places of a first string filled in. */
export function formatLine(values: unknown[]): string {
  let next = 0;
  let text = "";
  const first = values[0];
  if (typeof first === "string" && values.length > 1 && first.includes("%")) {
    next = 1;
    text = first.replace(/%[sdifjoOc%]/g, (place) => {
      if (place === "%%") return "%";
      if (next >= values.length) return place;
      const value = values[next];
      next += 1;
      return fillPlace(place, value);
    });
  } else if (values.length > 0) {
    next = 1;
    text = formatValue(first);
  }
  for (; next < values.length; next += 1) text += ` ${formatValue(values[next])}`;
  return text;
}

function fillPlace(place: string, value: unknown): string {
  switch (place) {
    case "%d":
    case "%i":
    case "%f":
      if (typeof value === "bigint") return `${value}n`;
      if (typeof value === "symbol" || typeof value === "object") return "NaN";
      return formatValue(toNumber(place, value));
    case "%j":
      return toJson(value);
    case "%c":
      return "";
    default:
      return formatValue(value);
  }
}

function toNumber(place: string, value: unknown): number {
  if (place === "%d") return Number(value);
  return place === "%i" ? Number.parseInt(String(value), 10) : Number.parseFloat(String(value));
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "undefined";
  } catch {
    return "[Circular]";
  }
}
