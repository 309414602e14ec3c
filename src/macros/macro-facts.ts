import type { ErrorCode } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import type { NasFacts } from "../nas/nas-driver.ts";

/** What macros stand for: facts about the NAS, the user's answers, and chance. */
export interface MacroFacts extends Pick<
  NasFacts,
  "lanIp" | "hostId" | "memoryMb" | "locations" | "gpus" | "installedApps"
> {
  /** Answers of `installation_questions` by key; defaults are filled in by the caller. */
  answers: Record<string, JsonValue>;
  /**
   * A text of `length` random letters and digits. `place` is the JSON pointer of the text, with `#1`, `#2` ... for
   * its second and later random string: give the same text for the same place, so that a repeated step does not
   * change a password.
   */
  randomString(place: string, length: number): string;
}

/** A text whose macros could not be expanded. */
export interface ExpandProblem {
  code: Extract<ErrorCode, "MACRO_VALUE" | "MACRO_UNKNOWN" | "MACRO_SYNTAX">;
  /** JSON pointer of the text. */
  pointer: string;
  /** Where, what was found, what was expected, what to do. */
  message: string;
}
