import type { ErrorCode } from "../errors.ts";
import type { HookEvent, InstallScript } from "../schema/install-script.ts";

export type Operation = "install" | "upgrade";

/** What is asked for: one script, one operation, the versions and the user's choices. */
export interface PlanRequest {
  operation: Operation;
  script: InstallScript;
  /** Version installed now (upgrade only), as the catalog writes it; `v1.42.2-ls12` is coerced. */
  fromVersion?: string;
  /** Version to be installed. */
  toVersion?: string;
  /** The user's switches for `userOptional` hooks, by hook id; a missing one takes its default. */
  optIns?: Record<string, boolean>;
}

/** The ordered steps of one install or upgrade. Hooks that do not run are listed too, with why. */
export interface Plan {
  operation: Operation;
  fromVersion: string | null;
  toVersion: string | null;
  steps: PlanStep[];
  warnings: PlanWarning[];
}

export type PlanStep = HookStep | AppStep;

/** `app.create` or `app.upgrade` on the NAS. */
export interface AppStep {
  kind: "app";
  method: "app.create" | "app.upgrade";
}

export interface HookStep {
  kind: "hook";
  /** Index in `script.hooks`. */
  hookIndex: number;
  hookId: string;
  event: HookEvent;
  runs: boolean;
  reason: PlanReason;
}

/** Why a hook runs or does not; `text` is a whole sentence for people. */
export interface PlanReason {
  code:
    | "event-matches"
    | "opted-in"
    | "other-operation"
    | "opted-out"
    | "user-optional-in-upgrade"
    | "condition-met"
    | "condition-not-met"
    | "version-unknown";
  text: string;
}

export interface PlanWarning {
  code: ErrorCode;
  text: string;
}
