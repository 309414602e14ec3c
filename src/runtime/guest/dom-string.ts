import { unbind } from "./primordials.ts";

const concat = unbind(String.prototype.concat) as (text: string, value: unknown) => string;

/** A value as WebIDL's DOMString: as `String(value)`, but a Symbol throws a TypeError. */
export function toDomString(value: unknown): string {
  return concat("", value);
}

/** As `toDomString`, lone surrogates replaced (WebIDL's USVString). */
export function toUsvString(value: unknown): string {
  return concat("", value).toWellFormed();
}
