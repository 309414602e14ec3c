import { createHash, randomBytes } from "node:crypto";
import { systemClock } from "../../src/clock.ts";
import { compileHook } from "../../src/compile/compile-hook.ts";
import { defaultEffectLimits } from "../../src/context/effect-table.ts";
import type { JournalEntry } from "../../src/journal/entry.ts";
import { createNetworkClient } from "../../src/network/create-network-client.ts";
import type { NetworkPolicy } from "../../src/network/network-client.ts";
import { resolveNetworkLimits } from "../../src/network/network-limits.ts";
import type { AttemptOutcome } from "../../src/runtime/attempt.ts";
import type { GuestContextData } from "../../src/runtime/protocol.ts";
import { runAttempt } from "../../src/runtime/run-attempt.ts";
import type { SandboxPool } from "../../src/runtime/sandbox-pool.ts";
import { closedPolicy } from "../support/closed-policy.ts";

/** What one hook did in a real sandbox, under its real limits. */
export interface HookRun {
  outcome: AttemptOutcome;
  entries: JournalEntry[];
  /** Lines of its log. */
  lines: string[];
  wallMs: number;
}

export interface RunHookOptions {
  pool: SandboxPool;
  timeoutMs?: number;
  context?: Partial<GuestContextData>;
  policy?: Partial<NetworkPolicy>;
  recorded?: JournalEntry[];
  seed?: string;
  /** Called with what one write is about to keep; it is kept once that resolves, and nothing is when it rejects. */
  onAppend?(entries: readonly JournalEntry[]): void | Promise<void>;
  /** Called with each text that is on its way to the journal. */
  onText?(text: string): void;
  /** Called with each entry once it is kept. */
  onEntry?(entry: JournalEntry): void;
  /** Answers each `awaitCheckpointRetry` at once; an error: it cannot be asked for. */
  decision?: "retry" | "skip" | Error;
  /** A text that is kept out of what is shown. */
  secret?: string;
}

/** Runs the entrypoint `run` of a hook's text; its journal is kept in memory. */
export async function runHook(code: string, options: RunHookOptions): Promise<HookRun> {
  const compiled = await compileHook({
    source: { kind: "inline", text: code, pointer: "/hooks/0/scriptContent", scriptFile: "hostile.json" },
    entrypoint: "run",
  });
  if (!compiled.ok) throw new Error(compiled.problems.map(({ message }) => message).join("\n"));
  const entries: JournalEntry[] = [...(options.recorded ?? [])];
  const startedAt = performance.now();
  const context = {
    resourceType: "app",
    resourceId: "app",
    event: "onAfterInstall",
    baseUrl: "",
    inputs: {},
    ...options.context,
  };
  const outcome = await runAttempt({
    bundle: compiled.bundle,
    entrypoint: "run",
    context,
    seed: options.seed ?? createHash("sha256").update(randomBytes(16)).digest("hex"),
    now: 1_800_000_000_000,
    recorded: options.recorded ?? [],
    journal: {
      append: async (added) => {
        const kept = JSON.parse(JSON.stringify(added)) as JournalEntry[];
        await options.onAppend?.(kept);
        entries.push(...kept);
        for (const entry of kept) options.onEntry?.(entry);
      },
    },
    pool: options.pool,
    clock: systemClock,
    createNetwork: (observe) =>
      createNetworkClient({
        policy: { ...closedPolicy, ...options.policy },
        limits: resolveNetworkLimits(),
        observe,
      }),
    effectLimits: defaultEffectLimits,
    timeoutMs: options.timeoutMs ?? 5000,
    redact: (text) => {
      options.onText?.(text);
      return options.secret === undefined ? text : text.replaceAll(options.secret, "***");
    },
    usedMs: 0,
    parkAfterMs: 0,
    restAfterMs: Number.POSITIVE_INFINITY,
    person: {
      decision: async (_seq, signal) => {
        if (options.decision instanceof Error) throw options.decision;
        if (options.decision !== undefined) return options.decision;
        return await new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
        });
      },
    },
    signal: new AbortController().signal,
  });
  const lines = entries.flatMap((entry) =>
    entry.type === "effect-completed" && entry.event?.type === "log" ? [entry.event.message] : [],
  );
  return { outcome, entries, lines, wallMs: performance.now() - startedAt };
}

/** The failure's code, or how else the attempt ended. */
export function endOf({ outcome }: HookRun): string {
  if (outcome.kind !== "failed") return outcome.kind;
  return outcome.failure.by === "runtime" ? outcome.failure.code : "GUEST";
}
