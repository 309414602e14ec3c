/**
 * What a hook gets: the app it works on, and the methods to report progress, wait, and talk to the user.
 * This page holds no code. Names and meaning are the contract's; defaults and limits are in
 * `docs/reference/hook-context.md`.
 *
 * Every method that returns a promise is durable: its result is written down before the hook sees it, and when
 * the hook is brought back after a crash or a wait, it gets the same result without the work being done again.
 */
export interface HookContext {
  /** Always `"app"`. */
  resourceType: string;
  /** The app's id, e.g. `"plex"`. */
  resourceId: string;
  /** The event that triggered the hook, e.g. `"onAfterInstall"`. */
  event: string;
  /** Version before the upgrade; undefined for an install. */
  fromVersion?: string;
  /** Version being installed. */
  toVersion?: string;
  /** LAN address of the NAS. */
  host?: string;
  /** The app's primary published port. */
  port?: number;
  /** `http://{host}:{port}`, or an empty string when either is unknown. */
  baseUrl: string;
  /** Answers to the hook's declared inputs, by input id. */
  inputs: Record<string, unknown>;

  /** Announces the hook's checkpoints to the activity center, in order. */
  registerCheckpoints(checkpoints: Checkpoint[]): Promise<void>;
  /**
   * Marks a checkpoint completed; an unregistered id is registered by it.
   * @param progress percent of the whole hook, 0 to 100
   */
  emitCheckpoint(id: string, message?: string, progress?: number): Promise<void>;
  /** Changes a checkpoint's message without completing it. */
  updateCheckpointMessage(id: string, message: string): Promise<void>;
  /** Marks a checkpoint skipped. */
  skipCheckpoint(id: string, message?: string): Promise<void>;

  /** Writes a line to the task's log; any value is made into text. Not shown to the user. */
  log(...values: unknown[]): void;
  /** Resolves after `ms` milliseconds. Survives restarts; a long sleep holds no resources. */
  sleep(ms: number): Promise<void>;
  /**
   * Polls the app until it answers as expected.
   * @param path path on the app's own address, beginning with `/`
   * @returns the response that met the expectation
   * @throws `APP_NOT_READY` when attempts or time are used up
   */
  waitForApp(path: string, options?: WaitForAppOptions): Promise<Response>;

  /** Ends the hook with a structured error. Throws at once; needs no `await`. */
  fail(message: string, context?: { label: string; value: unknown }[]): never;
  /**
   * Shows the checkpoint as failed and waits, for as long as it takes, until the user clicks Retry or Skip.
   * The hook's `timeout` does not count while it waits.
   */
  awaitCheckpointRetry(
    checkpointId: string,
    error: unknown,
    context?: { label: string; value: unknown }[],
  ): Promise<"retry" | "skip">;

  /**
   * The user's answer to a declared input.
   * @param schema JSON Schema the answer must fit
   * @throws `INPUT_MISSING` when there is no answer, `INPUT_SCHEMA` when it does not fit
   */
  getInput<T = unknown>(inputId: string, schema?: object): T;
}

export interface Checkpoint {
  id: string;
  message: string;
}

/** Options of `waitForApp`; two spellings are accepted where real hooks use two. */
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
  /** Wait before the second request; doubled each time. Default 500. */
  initialDelayMs?: number;
  /** Longest wait between two requests; default 15000. */
  maxDelayMs?: number;
  headers?: Record<string, string>;
}
