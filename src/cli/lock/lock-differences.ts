import type { LockFile, LockedHook, LockedScript } from "../../catalog/lock-file.ts";

/** One thing that is not as it was locked. */
export interface LockDifference {
  script: string;
  /** Null: the script itself. */
  hook: string | null;
  what: string;
}

/** What changed from one lock file to another, by script and hook, in the order of their names. */
export function differencesOf(before: LockFile, after: LockFile): LockDifference[] {
  const names = new Set([...Object.keys(before.scripts), ...Object.keys(after.scripts)]);
  return [...names].toSorted().flatMap((script): LockDifference[] => {
    const [then, now] = [before.scripts[script], after.scripts[script]];
    if (now === undefined) return [{ script, hook: null, what: "is gone" }];
    if (then === undefined) return [{ script, hook: null, what: "is new" }];
    return inScript(script, then, now);
  });
}

function inScript(script: string, then: LockedScript, now: LockedScript): LockDifference[] {
  const ids = [...new Set([...Object.keys(then.hooks), ...Object.keys(now.hooks)])].toSorted();
  const hooks = ids.flatMap((hook) => {
    const what = describe(then.hooks[hook], now.hooks[hook]);
    return what === null ? [] : [{ script, hook, what }];
  });
  const own = then.sha256 === now.sha256 ? [] : [{ script, hook: null, what: "has changed" }];
  return [...own, ...hooks];
}

function describe(then: LockedHook | undefined, now: LockedHook | undefined): string | null {
  if (now === undefined) return "is gone";
  if (then === undefined) return "is new";
  if (then.sha256 === now.sha256) return null;
  const paths = [...new Set([...Object.keys(then.sources), ...Object.keys(now.sources)])].toSorted();
  const files = paths.filter((path) => then.sources[path] !== now.sources[path]);
  return files.length === 0 ? "its text has changed" : `has changed: ${files.join(", ")}`;
}
