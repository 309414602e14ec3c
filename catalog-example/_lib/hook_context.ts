/**
 * The types of a lifecycle hook. Import them as types only: the runtime hands the object in.
 *
 *     import type { HookContext } from "../_lib/hook_context.ts";
 *
 *     export async function afterInstall(ctx: HookContext) {
 *       await ctx.waitForApp("/health");
 *     }
 *
 * Besides `ctx` a hook has the web's globals (`fetch`, `URL`, `URLSearchParams`, `FormData`, `Blob`, `AbortSignal`,
 * `TextEncoder`, `crypto`, timers, `console`) and nothing of Node: no files, no packages, no `process`.
 * It may reach its own app, other apps' published ports on `ctx.host`, and the hosts of its own sign-in inputs.
 */
export interface HookContext {
  /** Always `"app"`. */
  resourceType: string;
  /** The app's id, e.g. `"bookshelf"`. */
  resourceId: string;
  /** The event that triggered the hook, e.g. `"onAfterInstall"`. */
  event: string;
  /** Version before the upgrade; undefined for an install. */
  fromVersion?: string;
  /** Version being installed. */
  toVersion?: string;
  /** LAN address of the NAS. */
  host?: string;
  /** The app's primary published port; before an install the first of `requirements.ports`. */
  port?: number;
  /** `http://{host}:{port}` without a slash at the end, or an empty string when either is unknown. */
  baseUrl: string;
  /** Answers to the hook's declared inputs, by input id. `getInput` is the safer way to them. */
  inputs: Record<string, unknown>;

  /** Announces all checkpoints at the start, so that the user sees what is to come, in this order. */
  registerCheckpoints(checkpoints: Checkpoint[]): Promise<void>;
  /**
   * Marks a checkpoint completed.
   * @param message replaces the checkpoint's message
   * @param progress percent of the whole hook, 0 to 100
   */
  emitCheckpoint(id: string, message?: string, progress?: number): Promise<void>;
  /** Changes a checkpoint's message without completing it: "Creating Movies (2 of 3)". */
  updateCheckpointMessage(id: string, message: string): Promise<void>;
  /** Marks a checkpoint skipped. */
  skipCheckpoint(id: string, message?: string): Promise<void>;

  /** Writes a line to the task's log, which the user does not see. Takes any values; never log secrets. */
  log(...values: unknown[]): void;
  /** Resolves after `ms` milliseconds. */
  sleep(ms: number): Promise<void>;
  /**
   * Polls the app until it answers, with growing pauses; gives the answer.
   * @param path path on the app's own address, beginning with `/`
   */
  waitForApp(path: string, options?: WaitForAppOptions): Promise<Response>;

  /** Ends the hook with an error for people; `context` rows are shown under "View Details". Throws at once. */
  fail(message: string, context?: ContextRow[]): never;
  /**
   * Shows the checkpoint as failed and waits, for as long as it takes, until the user clicks Retry or Skip. Call it
   * in a loop: a step that failed once may fail again.
   */
  awaitCheckpointRetry(
    checkpointId: string,
    error: unknown,
    context?: ContextRow[],
  ): Promise<"retry" | "skip">;

  /**
   * The user's answer to a declared input: the value for a question, `{ [tokenField]: token }` for a sign-in. Throws
   * when there is no answer; catch that for an input which is not required.
   * @param schema JSON Schema the answer must fit
   */
  getInput<T = unknown>(inputId: string, schema?: object): T;
}

export interface Checkpoint {
  id: string;
  message: string;
}

/** A row of diagnostic detail: `{ label: "Status", value: 503 }`. */
export interface ContextRow {
  label: string;
  value: unknown;
}

export interface WaitForAppOptions {
  /** Limit of one request in milliseconds; default 5000. */
  timeout?: number;
  /** Same as `timeout`. */
  timeoutMs?: number;
  /** Number of requests at the most; default 40. */
  retries?: number;
  /** Same as `retries`. */
  maxAttempts?: number;
  /** Default `GET`. */
  method?: string;
  /** Status (or statuses) that counts as ready; default: any below 500. */
  expectedStatus?: number | number[];
  /** Wait before the second request in milliseconds, doubled each time; default 500. */
  initialDelayMs?: number;
  /** Longest wait between two requests in milliseconds; default 15000. */
  maxDelayMs?: number;
  headers?: Record<string, string>;
}
