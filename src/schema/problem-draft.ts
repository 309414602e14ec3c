import type { ErrorCode } from "../errors.ts";

/** A problem before its place is worked out. */
export interface ProblemDraft {
  code: ErrorCode;
  /** JSON pointer of the value the problem is about; a missing one stands for the object around it. */
  pointer: string;
  message: string;
  /** What to point at: the value (default), the field's name, or a character of the decoded string. */
  at?: "value" | "name" | { offset: number };
}

/** Takes the problems a rule finds. */
export type Report = (problem: ProblemDraft) => void;
