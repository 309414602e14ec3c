/** How long what is known of tasks is kept. `docs/reference/durability.md` */
export interface RetentionOptions {
  /** How long an ended install or upgrade is kept with all its hooks, in milliseconds; default 2592000000 (30 days). */
  afterEndMs?: number;
  /** Most installs and upgrades kept; of the oldest beyond, those that have ended are removed. Default 10000. */
  maxOperations?: number;
  /**
   * `wipe-at-end`, the default: a hook's answers and sign-ins are removed as soon as it has ended. `keep`: they are removed with
   * the rest.
   */
  answers?: "wipe-at-end" | "keep";
}

export type Retention = Required<RetentionOptions>;

const defaultRetention: Retention = {
  afterEndMs: 30 * 24 * 3_600_000,
  maxOperations: 10_000,
  answers: "wipe-at-end",
};

export function resolveRetention(options: RetentionOptions = {}): Retention {
  return { ...defaultRetention, ...options };
}
