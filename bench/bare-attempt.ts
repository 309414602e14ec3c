import { randomBytes } from "node:crypto";
import { systemClock } from "../src/clock.ts";
import type { Bundle } from "../src/compile/bundle.ts";
import { compileHook } from "../src/compile/compile-hook.ts";
import { defaultEffectLimits } from "../src/context/effect-table.ts";
import type { JournalEntry } from "../src/journal/entry.ts";
import { createNetworkClient } from "../src/network/create-network-client.ts";
import { runAttempt } from "../src/runtime/run-attempt.ts";
import type { SandboxPool } from "../src/runtime/sandbox-pool.ts";

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

/** Runs a hook in a sandbox of the pool, its journal kept in memory; `onAppend` sees the entries being kept. */
export async function runInSandbox(
  pool: SandboxPool,
  bundle: Bundle,
  onAppend: (entries: readonly JournalEntry[]) => void = () => {},
): Promise<void> {
  const kept: string[] = [];
  const now = Date.now();
  const outcome = await runAttempt({
    bundle,
    entrypoint: "run",
    context: { resourceType: "app", resourceId: "bench", event: "onAfterInstall", baseUrl: "", inputs: {} },
    seed: randomBytes(32).toString("hex"),
    now,
    recorded: [],
    journal: {
      append: async (entries) => {
        onAppend(entries);
        kept.push(JSON.stringify(entries));
        return await Promise.resolve();
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

const closedPolicy = {
  appHost: null,
  appPorts: [],
  otherAppPorts: [],
  deniedPorts: [],
  signInHosts: [],
  allow: [],
  originMap: [],
};
