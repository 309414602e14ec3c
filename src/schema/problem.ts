import type { ErrorCode } from "../errors.ts";

/** One thing that is wrong with an install script or a hook, at its place in the author's file. */
export interface Problem {
  severity: "error" | "warning";
  code: ErrorCode;
  /** The file as the author named it; absent when there is only a text. */
  file?: string;
  /** JSON pointer (RFC 6901) into the install script; "" is the whole document. */
  pointer: string;
  /** 1-based line in `file`. */
  line: number;
  /** 1-based column in `file`, in UTF-16 code units as editors count them. */
  column: number;
  /** Where, what was found, what was expected, what to do. */
  message: string;
}
