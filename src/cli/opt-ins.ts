import { TackleboxError } from "../errors.ts";

/** The user's switches for `userOptional` hooks from `--opt-in` and `--opt-out`. Throws `USAGE` for a hook in both. */
export function readOptIns(
  command: string,
  { optIn = [], optOut = [] }: { optIn?: string[]; optOut?: string[] },
): Record<string, boolean> {
  const both = optIn.find((id) => optOut.includes(id));
  if (both !== undefined) {
    throw new TackleboxError(
      "USAGE",
      `${command}: hook "${both}" is named by --opt-in and by --opt-out, expected one of them; remove the other.`,
    );
  }
  return Object.fromEntries([
    ...optIn.map((id) => [id, true] as const),
    ...optOut.map((id) => [id, false] as const),
  ]);
}
