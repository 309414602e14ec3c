import { TackleboxError } from "../errors.ts";

/** A number of things, given with the option that `where` names. Throws `USAGE`. */
export function readCount(where: string, text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= 1) return value;
  throw new TackleboxError(
    "USAGE",
    `${where}: "${text}" was found, expected a whole number from 1 on; correct it.`,
  );
}
