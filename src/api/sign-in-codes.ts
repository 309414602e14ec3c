import { createHash, randomBytes } from "node:crypto";
import type { Clock } from "../clock.ts";

/**
 * Codes that sign a browser in: printed in the address of the page, good once and for a short time, so that an address in
 * a history or a log opens nothing.
 */
export interface SignInCodes {
  create(): string;
  /** True for a code that was made here, has not been used, and is not too old; it is used up by that. */
  take(code: string): boolean;
}

/** How long a code is good, in milliseconds. */
const goodForMs = 15 * 60_000;

export function createSignInCodes(clock: Clock): SignInCodes {
  const codes = new Map<string, number>();
  const hashOf = (code: string): string => createHash("sha256").update(code).digest("hex");
  return {
    create: () => {
      const code = randomBytes(24).toString("base64url");
      codes.set(hashOf(code), clock.monotonic() + goodForMs);
      return code;
    },
    take: (code) => {
      const until = codes.get(hashOf(code));
      codes.delete(hashOf(code));
      return until !== undefined && clock.monotonic() < until;
    },
  };
}
