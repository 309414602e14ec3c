import { readProcessUsage, type ProcessUsage } from "./process-usage.ts";
import type { SandboxLimits } from "./sandbox-limits.ts";
import type { SandboxProcess } from "./sandbox-process.ts";

/**
 * Sandbox processes that have served an attempt of an app and wait for the next one of the same app.
 *
 * 1. A process is given out for the app it has served, never for another.
 * 2. Each attempt has an isolate of its own; the one before is thrown away as soon as its attempt has ended.
 * 3. The limits of a process are the kernel's and count over all it has served. So one is kept only while nearly all of its
 *    processor time and memory is left for the next attempt, and for a limited number of attempts.
 * 4. Few wait at a time, none for long.
 */
export interface KeptSandboxes {
  /** Takes the measure of a process that has not served yet. */
  admit(sandbox: SandboxProcess): void;
  /** A process that has served this app, no longer kept; null when there is none. */
  take(app: string): KeptSandbox | null;
  /** Keeps it, unless it has served enough; then it is killed. Its attempt has ended cleanly. */
  keep(sandbox: SandboxProcess, app: string): void;
  /** Keeps none any more. */
  close(): void;
}

export interface KeptSandbox {
  sandbox: SandboxProcess;
  /** Resolves when its fresh isolate stands and it may serve again; rejects with `SANDBOX_UNAVAILABLE`. */
  renewed: Promise<void>;
}

/** Attempts one process serves at most. */
export const mostAttempts = 100;
/** Processes that wait at one time, of all apps; the one that has waited longest goes first. */
export const mostWaiting = 4;
/** How long a process waits for the next attempt of its app. */
export const longestWaitMs = 30_000;
/** Share of its processor seconds that a process may have used and still be kept. */
const mostCpuShare = 0.05;
/**
 * Share of its memory by which a process may have grown since before its first attempt and still be kept. The C library does
 * not give everything back; what it keeps serves the next attempt.
 */
const mostGrowthShare = 0.2;

type Waiting = KeptSandbox & { app: string; timer: NodeJS.Timeout };

/** `readUsage`: asks what a process has used; null where that is not known. */
export function createKeptSandboxes(
  limits: SandboxLimits,
  readUsage: (pid: number) => ProcessUsage | null = readProcessUsage,
): KeptSandboxes {
  const waiting = new Set<Waiting>();
  const served = new WeakMap<SandboxProcess, number>();
  const firstDataMb = new WeakMap<SandboxProcess, number>();
  let closed = false;

  const drop = (entry: Waiting, why: string): void => {
    forget(entry);
    entry.sandbox.kill("HOOK_CANCELLED", why);
  };
  const forget = (entry: Waiting): void => {
    clearTimeout(entry.timer);
    waiting.delete(entry);
  };
  const renew = async (sandbox: SandboxProcess): Promise<void> => {
    await sandbox.renew();
    // The isolate before has given its memory back by now, or never will.
    if (!hasRoom(readUsage(sandbox.pid), firstDataMb.get(sandbox) ?? 0, limits))
      throw new Error("it has used too much of what a sandbox may have");
  };
  return {
    admit: (sandbox) => {
      const usage = readUsage(sandbox.pid);
      if (usage !== null) firstDataMb.set(sandbox, usage.dataMb);
    },
    take: (app) => {
      const entry = [...waiting].find((candidate) => candidate.app === app);
      if (entry === undefined) return null;
      forget(entry);
      return entry;
    },
    keep: (sandbox, app) => {
      const attempts = (served.get(sandbox) ?? 0) + 1;
      served.set(sandbox, attempts);
      if (closed || attempts >= mostAttempts) {
        sandbox.kill("HOOK_CANCELLED", "it has served its attempts.");
        return;
      }
      const timer = setTimeout(() => drop(entry, "nobody needed it any more."), longestWaitMs).unref();
      const entry: Waiting = { sandbox, app, timer, renewed: renew(sandbox) };
      waiting.add(entry);
      entry.renewed.catch(() => drop(entry, "it could not serve again."));
      void sandbox.exited.then(() => forget(entry));
      for (const oldest of waiting) {
        if (waiting.size <= mostWaiting) break;
        drop(oldest, "others wait already.");
      }
    },
    close: () => {
      closed = true;
      for (const entry of waiting) drop(entry, "the pool was closed.");
    },
  };
}

function hasRoom(usage: ProcessUsage | null, firstDataMb: number, limits: SandboxLimits): boolean {
  if (usage === null) return false;
  const hasCpu = usage.cpuSeconds <= limits.cpuSeconds * mostCpuShare;
  return hasCpu && usage.dataMb - firstDataMb <= limits.processMemoryMb * mostGrowthShare;
}
