import { toInputViews } from "../inputs/input-views.ts";
import type { Reach } from "../network/describe-reach.ts";
import { describeReach } from "../network/describe-reach.ts";
import type { HookDeclaration, HookEvent, InstallScript } from "../schema/install-script.ts";
import { defaultTimeoutSeconds } from "../task/hook-task.ts";
import type { TaskInputView } from "../task/task-event.ts";
import type { NasApp, NasFacts } from "../nas/nas-driver.ts";
import { policyOf } from "./hook-surroundings.ts";
import type { NetworkSettings } from "./network-settings.ts";

/** A hook as a store shows it before anything is installed. */
export interface HookView {
  id: string;
  event: HookEvent;
  description: string | null;
  optional: boolean;
  userOptional: UserOptionalView | null;
  condition: { fromVersionRange: string | null; toVersionRange: string | null };
  /** What the user will be asked for before it runs. */
  inputs: TaskInputView[];
  /** Seconds of active time. */
  timeout: number;
  retries: number;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** Of its sources; null when it does not compile. */
  sha256: string | null;
  mayReach: Reach[];
}

export interface UserOptionalView {
  label: string;
  description: string | null;
  default: boolean;
  link: { url: string; label: string } | null;
}

/** The NAS and what its admin allows, as they are now. */
export interface ReachSurroundings {
  facts: NasFacts;
  apps: readonly NasApp[];
  network: NetworkSettings;
}

export function toHookView(
  hook: HookDeclaration,
  parts: { script: InstallScript; appName: string; sha256: string | null; around: ReachSurroundings },
): HookView {
  const { fromVersionRange = null, toVersionRange = null } = hook.condition ?? {};
  return {
    id: hook.id,
    event: hook.event,
    description: hook.description ?? null,
    optional: hook.optional ?? false,
    userOptional: toUserOptionalView(hook),
    condition: { fromVersionRange, toVersionRange },
    inputs: toInputViews(hook.inputs ?? []),
    timeout: hook.timeout ?? defaultTimeoutSeconds,
    retries: hook.retries ?? 0,
    labels: hook.labels ?? {},
    annotations: hook.annotations ?? {},
    sha256: parts.sha256,
    mayReach: reachOf(hook, parts),
  };
}

export function toUserOptionalView({ userOptional }: HookDeclaration): UserOptionalView | null {
  if (userOptional === undefined) return null;
  const { label, description = null, link = null } = userOptional;
  return { label, description, default: userOptional.default ?? true, link };
}

/** The same decision as its requests meet (`policyFor`), told beforehand. */
export function reachOf(
  hook: HookDeclaration,
  { script, appName, around }: { script: InstallScript; appName: string; around: ReachSurroundings },
): Reach[] {
  const declaredPort = script.requirements?.ports?.[0] ?? null;
  const policy = policyOf({ appName, declaredPort, inputs: hook.inputs ?? [] }, around, around.network);
  return describeReach(policy, {
    isInstalled: around.apps.some(({ name }) => name === appName),
    allowOtherApps: around.network.allowOtherApps,
  });
}
