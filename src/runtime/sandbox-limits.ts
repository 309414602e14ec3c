/** What an admin may set; everything is optional. Documented in `docs/reference/limits.md`. */
export interface SandboxLimitsOptions {
  /** Heap of the isolate in MiB; default 64. */
  isolateMemoryMb?: number;
  /** Data segment of the sandbox process in MiB, set by the kernel; default 320. */
  processMemoryMb?: number;
  /** Processor seconds of the sandbox process, set by the kernel; default 60. */
  cpuSeconds?: number;
  /** Largest JSON part of one frame in bytes; default 1 MiB. */
  maxFrameBytes?: number;
  /** Largest body of one frame in bytes; default 8 MiB. */
  maxFrameBodyBytes?: number;
  /** Effect calls of one attempt, log lines included; default 20000. */
  maxCalls?: number;
  /** Effect calls waiting for an answer at one time; default 1000. */
  maxPendingCalls?: number;
  /** Bytes of log kept of one attempt; what comes after is dropped with a marker. Default 1 MiB. */
  maxLogBytes?: number;
  /** Bytes all journal entries of one attempt may take; default 64 MiB. */
  maxJournalBytes?: number;
}

/** Limits of one sandbox and of the attempt in it. */
export type SandboxLimits = Required<SandboxLimitsOptions>;

export const defaultSandboxLimits: SandboxLimits = {
  isolateMemoryMb: 64,
  processMemoryMb: 320,
  cpuSeconds: 60,
  maxFrameBytes: 1024 * 1024,
  maxFrameBodyBytes: 8 * 1024 * 1024,
  maxCalls: 20_000,
  maxPendingCalls: 1000,
  maxLogBytes: 1024 * 1024,
  maxJournalBytes: 64 * 1024 * 1024,
};

/** Fills in the defaults. */
export function resolveSandboxLimits(options: SandboxLimitsOptions = {}): SandboxLimits {
  const resolved = { ...defaultSandboxLimits };
  for (const name of Object.keys(defaultSandboxLimits) as (keyof SandboxLimits)[]) {
    const value = options[name];
    if (value === undefined) continue;
    if (!Number.isFinite(value) || value <= 0) {
      throw new RangeError(`limits.${name}: ${value} is not a positive number; give one or leave it out.`);
    }
    resolved[name] = value;
  }
  return resolved;
}
