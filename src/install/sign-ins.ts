import type { Clock } from "../clock.ts";
import { errorCodeOf, errorText, type ErrorCode } from "../errors.ts";
import { createPinSignIn, signInLimits } from "../inputs/pin-sign-in.ts";
import type { JsonObject } from "../json.ts";
import type { OAuthInput } from "../schema/install-script.ts";
import type { SignInView } from "../task/task-event.ts";
import type { Desk } from "./desk.ts";
import { signInPolicy } from "./hook-surroundings.ts";
import type { NetworkSettings } from "./runtime.ts";

/** How a sign-in ended, as it is kept on the desk. */
export type SignInResult = { ok: true; value: JsonObject } | { ok: false; code: ErrorCode; message: string };

/**
 * Sign-ins under way in this process. They hold no worker slot: the task is parked meanwhile, and woken when the
 * result is on the desk.
 */
export interface SignIns {
  /** Starts a sign-in, or finds the one under way, and resolves once the user has something to click. */
  begin(taskId: string, input: OAuthInput, round: number): Promise<SignInView>;
  /** Ends those of one task, without a result. */
  stop(taskId: string): void;
  close(): Promise<void>;
}

export interface SignInsOptions {
  desk: Desk;
  clock: Clock;
  network: NetworkSettings;
  /** Called after a result was put on the desk. */
  wake(taskId: string): Promise<void>;
}

const tryAgainMs = 1000;

/** Under which key of the desk a sign-in's result is kept; each round is a fresh sign-in. */
export function signInKey(inputId: string, round: number): string {
  return `sign-in-${inputId}-${round}`;
}

export function createSignIns(options: SignInsOptions): SignIns {
  const running = new Map<
    string,
    { view: Promise<SignInView>; stop: AbortController; done: Promise<void> }
  >();

  const start = (taskId: string, input: OAuthInput, round: number) => {
    const shown = Promise.withResolvers<SignInView>();
    const stop = new AbortController();
    const done = signIn({ taskId, input, round, shown: shown.resolve, signal: stop.signal }).then(
      () => undefined,
      (error: unknown) => shown.reject(error),
    );
    return { view: shown.promise, stop, done };
  };

  const signIn = async (request: {
    taskId: string;
    input: OAuthInput;
    round: number;
    shown: (view: SignInView) => void;
    signal: AbortSignal;
  }): Promise<void> => {
    const { taskId, input, round, signal } = request;
    const network = options.network.createClient({
      policy: signInPolicy(options.network, input),
      limits: { ...options.network.limits, ...signInLimits },
      observe: () => {},
    });
    let result: SignInResult;
    try {
      const value = await createPinSignIn({
        input,
        network,
        clock: options.clock,
        onShown: request.shown,
        signal,
      });
      result = { ok: true, value };
    } catch (error) {
      if (signal.aborted) throw error;
      result = { ok: false, code: errorCodeOf(error) ?? "SIGN_IN_FAILED", message: errorText(error) };
    } finally {
      await network.close();
    }
    const key = signInKey(input.id, round);
    await untilItWorks(signal, () => options.desk.answer(taskId, key, result as unknown as JsonObject));
    running.delete(`${taskId}/${key}`);
    // One that failed before it showed anything has nothing to show; the task finds its result on the desk.
    request.shown({ url: "", userCode: null, expiresAt: null });
    await untilItWorks(signal, () => options.wake(taskId));
  };

  /** The user has signed in: a datastore that is away for a moment must not make that void. */
  const untilItWorks = async (signal: AbortSignal, work: () => Promise<unknown>): Promise<void> => {
    for (;;) {
      try {
        await work();
        return;
      } catch {
        await options.clock.sleep(tryAgainMs, signal);
      }
    }
  };

  return {
    begin: async (taskId, input, round) => {
      const key = `${taskId}/${signInKey(input.id, round)}`;
      const known = running.get(key) ?? start(taskId, input, round);
      running.set(key, known);
      return await known.view;
    },
    stop: (taskId) => {
      for (const [key, { stop }] of running) {
        if (!key.startsWith(`${taskId}/`)) continue;
        running.delete(key);
        stop.abort(new Error("the task no longer waits for it"));
      }
    },
    close: async () => {
      const all = [...running.values()];
      for (const { stop } of all) stop.abort(new Error("shutting down"));
      await Promise.all(all.map(({ done }) => done));
    },
  };
}
