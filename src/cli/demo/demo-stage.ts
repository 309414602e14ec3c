import type { Tacklebox } from "../../create-tacklebox.ts";
import { systemClock } from "../../clock.ts";
import type { TaskObserver } from "../../install/runtime.ts";
import type { SignInStandIn } from "../../nas/simulated/sign-in-stand-in.ts";
import type { SignInView, TaskStatus } from "../../task/task-event.ts";
import { isTerminal } from "../../task/task-state.ts";
import { createAttendant } from "../attendant.ts";
import type { CliContext } from "../cli-context.ts";
import { createPrompts } from "../prompts.ts";
import { createProgressTeller } from "../tell-progress.ts";

export interface DemoStageOptions {
  context: CliContext;
  /** False: the demo answers, approves and retries by itself. */
  asks: boolean;
  signIn: SignInStandIn;
}

/** Shows one operation after the other and plays the person in front of it. */
export interface DemoStage {
  readonly observer: TaskObserver;
  /** Shows that operation and resolves with how it ended; rejects when the signal aborts. */
  follow(operationId: string, tacklebox: Tacklebox, signal: AbortSignal): Promise<TaskStatus>;
}

/** So long the demo leaves a sign-in open for people to see, in milliseconds. */
const approveAfterMs = 600;

export function createDemoStage(options: DemoStageOptions): DemoStage {
  const { context, asks } = options;
  const teller = createProgressTeller(context.terminal);
  let following: {
    operationId: string;
    tacklebox: Tacklebox;
    ended: PromiseWithResolvers<TaskStatus>;
  } | null = null;

  const attendant = createAttendant({
    context,
    tacklebox: () => requireFollowing().tacklebox,
    onFailure: asks ? "ask" : "retry",
    maxRetries: 3,
    asks,
    onSignIn: (shown) => approve(options, shown),
    onError: (error) => requireFollowing().ended.reject(error),
  });

  function requireFollowing(): NonNullable<typeof following> {
    if (following === null) throw new Error("the demo follows no operation");
    return following;
  }

  return {
    observer: {
      operationChanged: (view) => {
        if (view.id !== following?.operationId) return;
        teller.operationChanged(view);
        if (isTerminal(view.status)) following.ended.resolve(view.status);
      },
      hookChanged: (view, entries) => {
        if (view.parentId !== following?.operationId) return;
        teller.hookChanged(view, entries);
        attendant.hookChanged(view, entries);
      },
    },
    follow: async (operationId, tacklebox, signal) => {
      const ended = Promise.withResolvers<TaskStatus>();
      following = { operationId, tacklebox, ended };
      const onAbort = (): void => ended.reject(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      if (signal.aborted) onAbort();
      try {
        return await ended.promise;
      } finally {
        signal.removeEventListener("abort", onAbort);
      }
    },
  };
}

async function approve({ context, asks, signIn }: DemoStageOptions, shown: SignInView): Promise<void> {
  const { terminal, signal } = context;
  const { url, code } = atStandIn(shown.url, signIn.url);
  terminal.say(`  ${terminal.colors.cyan("→")} Sign in at ${url}`);
  if (asks) {
    await createPrompts(context).pause(
      "Approve the sign-in here, or in a browser at the link above",
      "Approve",
    );
  } else {
    terminal.status("The demo approves the sign-in by itself");
    await systemClock.sleep(approveAfterMs, signal);
  }
  signIn.approve(code);
  terminal.status("Waiting until the sign-in is known to be approved");
}

/** The provider's page, served by the stand-in, and the code in its address. */
function atStandIn(address: string, standIn: string): { url: string; code: string } {
  const { pathname, search, hash } = new URL(address);
  const inHash = new URLSearchParams(hash.replace(/^#\??/, ""));
  const code = inHash.get("code") ?? new URLSearchParams(search).get("code") ?? "";
  return { url: `${standIn}${pathname}${search}${hash}`, code };
}
