import { randomBytes } from "node:crypto";
import { systemClock } from "../src/clock.ts";
import type { Bundle } from "../src/compile/bundle.ts";
import { compileHook } from "../src/compile/compile-hook.ts";
import { defaultEffectLimits } from "../src/context/effect-table.ts";
import type { JournalEntry } from "../src/journal/entry.ts";
import type { JournalWriter } from "../src/journal/journal-writer.ts";
import { createNetworkClient } from "../src/network/create-network-client.ts";
import { runAttempt } from "../src/runtime/run-attempt.ts";
import type { SandboxPool } from "../src/runtime/sandbox-pool.ts";
import { closedPolicy } from "../test/support/closed-policy.ts";

/** Compiles the inline hook as an install would. */
export async function compileText(text: string): Promise<Bundle> {
  const source = {
    kind: "inline",
    text,
    pointer: "/hooks/0/scriptContent",
    scriptFile: "bench.json",
  } as const;
  const outcome = await compileHook({ source, entrypoint: "run" });
  if (!outcome.ok) throw new Error(outcome.problems.map(({ message }) => message).join("\n"));
  return outcome.bundle;
}

export interface BareAttempt {
  /** Calls that the journal knows already. */
  recorded?: readonly JournalEntry[];
  /** Where its entries go; default: they are made into text, and that is kept. */
  journal?: JournalWriter;
  /** Sees the entries being kept. */
  onAppend?(entries: readonly JournalEntry[]): void;
}

/** Runs a hook in a sandbox of the pool, with nothing around it, to its end. */
export async function runInSandbox(
  pool: SandboxPool,
  bundle: Bundle,
  { recorded = [], journal = keepText(), onAppend = () => {} }: BareAttempt = {},
): Promise<void> {
  const now = Date.now();
  const outcome = await runAttempt({
    bundle,
    entrypoint: "run",
    context: { resourceType: "app", resourceId: "bench", event: "onAfterInstall", baseUrl: "", inputs: {} },
    seed: randomBytes(32).toString("hex"),
    now,
    recorded,
    journal: {
      append: async (entries) => {
        onAppend(entries);
        await journal.append(entries);
      },
    },
    pool,
    clock: systemClock,
    createNetwork: (observe) => createNetworkClient({ policy: closedPolicy, observe }),
    effectLimits: defaultEffectLimits,
    timeoutMs: 60_000,
    redact: (text) => text,
    usedMs: 0,
    parkAfterMs: 0,
    restAfterMs: Number.POSITIVE_INFINITY,
    person: { decision: () => Promise.reject(new Error("nobody is there")) },
    signal: new AbortController().signal,
  });
  if (outcome.kind !== "completed") throw new Error(`the hook did not complete: ${JSON.stringify(outcome)}`);
}

function keepText(): JournalWriter {
  const kept: string[] = [];
  return {
    append: async (entries) => {
      kept.push(JSON.stringify(entries));
      return await Promise.resolve();
    },
  };
}
