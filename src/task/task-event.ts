import type { ErrorCode, ErrorDetail } from "../errors.ts";
import type { SteadyReading } from "../journal/moment.ts";
import type { JsonValue } from "../json.ts";

/** The states of a task; names from the contract with hook authors. */
export const taskStatuses = [
  "PENDING",
  "AWAITING_INPUT",
  "IN_PROGRESS",
  "AWAITING_RETRY",
  "COMPLETED",
  "SKIPPED",
  "FAILED",
  "CANCELLED",
] as const;

export type TaskStatus = (typeof taskStatuses)[number];

export const terminalStatuses = ["COMPLETED", "SKIPPED", "FAILED", "CANCELLED"] as const;

/** Everything that can happen to a hook task, as plain data. */
export type TaskEvent =
  | { type: "inputs-missing"; inputs: TaskInputView[] }
  /** Null: there is nothing to approve any more; the user has called it off. */
  | { type: "sign-in-shown"; inputId: string; authorization: SignInView | null }
  | { type: "inputs-provided"; inputIds: string[] }
  | { type: "attempt-started"; attempt: number }
  /** The attempt goes on from its journal; `activeMs` is what it has used so far. */
  | { type: "attempt-resumed"; attempt: number; reason: ResumeReason; activeMs: number }
  /** The hook was put away; the attempt goes on later. */
  | {
      type: "attempt-paused";
      attempt: number;
      activeMs: number;
      /** Wall time at which a timed wait ends, unless the clock is set meanwhile. */
      until?: number;
      /** The time at which it was put away, beside that of the entry. */
      steady?: SteadyReading;
      /** Only a person's decision brings it back. */
      untilDecision?: true;
    }
  | { type: "attempt-failed"; attempt: number; error: TaskError; activeMs: number; again: boolean }
  | { type: "attempt-completed"; attempt: number; activeMs: number }
  | { type: "checkpoints-registered"; checkpoints: { id: string; message: string }[] }
  | { type: "checkpoint-completed"; id: string; message?: string; progress?: number }
  | { type: "checkpoint-message"; id: string; message: string }
  | { type: "checkpoint-skipped"; id: string; message?: string }
  | { type: "checkpoint-awaiting"; id: string; error: TaskError }
  | { type: "checkpoint-answered"; id: string; decision: "retry" | "skip" }
  | { type: "log"; level: LogLevel; message: string }
  | { type: "request"; method: string; url: string; status: number | null; refused: string | null }
  | { type: "awaiting-retry"; error: TaskError }
  | {
      type: "retry-chosen";
      fresh: boolean;
      /** Of a fresh one: what attempts run from now on. */
      bundleSha256?: string;
      sourceSha256?: string;
      /** Ids of inputs to ask for again before the next attempt. */
      changeInputs?: string[];
    }
  | { type: "skipped"; reason: string; error?: TaskError }
  | { type: "failed"; error: TaskError }
  | { type: "cancel-requested" }
  | { type: "cancelled" };

/** Why an attempt is gone on with: it was put away, or the process it ran in, or under, was lost. */
export type ResumeReason = "put-away" | "sandbox-lost" | "worker-lost";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** An error as tasks keep it and people see it. */
export interface TaskError {
  code: ErrorCode;
  title: string;
  /** Where, what was found, what was expected, what to do. */
  detail: string;
  context: ErrorDetail[];
  /** The author's own line, when it is known. */
  source: TaskErrorSource | null;
  checkpointId: string | null;
}

export interface TaskErrorSource {
  file: string;
  line: number;
  column: number;
  snippet?: string;
  inline?: { pointer: string; line: number; column: number };
}

export interface TaskInputView {
  id: string;
  type: "oauth" | "question";
  /** `name` of a sign-in, `question` of a question. */
  title: string;
  description: string | null;
  state: "waiting" | "provided" | "failed";
  required: boolean;
  provider?: string;
  authorization?: SignInView | null;
  question?: {
    type: "text" | "number" | "select" | "boolean" | "password";
    key: string;
    default?: JsonValue;
    placeholder?: string;
    options?: { text: string; value: JsonValue }[];
  };
  error?: string;
}

/** What the user needs to approve a sign-in. No token is ever in here. */
export interface SignInView {
  url: string;
  userCode: string | null;
  expiresAt: string | null;
}
