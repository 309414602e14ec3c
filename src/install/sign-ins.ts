import type { Clock } from "../clock.ts";
import { errorCodeOf, errorText, type ErrorCode } from "../errors.ts";
import { createPinSignIn, signInLimits, signInHosts } from "../inputs/pin-sign-in.ts";
import type { JsonObject } from "../json.ts";
import type { NetworkPolicy } from "../network/network-client.ts";
import type { OAuthInput } from "../schema/install-script.ts";
import type { SignInView } from "../task/task-event.ts";
import type { Desk } from "./desk.ts";
import type { NetworkSettings } from "./network-settings.ts";

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
  return new RunningSignIns(options);
}

interface RunningSignIn {
  view: Promise<SignInView>;
  stop: AbortController;
  done: Promise<void>;
}

interface SignInRequest {
  taskId: string;
  input: OAuthInput;
  round: number;
  shown(view: SignInView): void;
  signal: AbortSignal;
}

class RunningSignIns implements SignIns {
  private readonly options: SignInsOptions;
  private readonly running = new Map<string, RunningSignIn>();

  constructor(options: SignInsOptions) {
    this.options = options;
  }

  async begin(taskId: string, input: OAuthInput, round: number): Promise<SignInView> {
    const key = `${taskId}/${signInKey(input.id, round)}`;
    const known = this.running.get(key) ?? this.start(taskId, input, round);
    this.running.set(key, known);
    return await known.view;
  }

  stop(taskId: string): void {
    for (const [key, { stop }] of this.running) {
      if (!key.startsWith(`${taskId}/`)) continue;
      this.running.delete(key);
      stop.abort(new Error("the task no longer waits for it"));
    }
  }

  async close(): Promise<void> {
    const all = [...this.running.values()];
    for (const { stop } of all) stop.abort(new Error("shutting down"));
    await Promise.all(all.map(({ done }) => done));
  }

  private start(taskId: string, input: OAuthInput, round: number): RunningSignIn {
    const shown = Promise.withResolvers<SignInView>();
    const stop = new AbortController();
    const done = this.run({ taskId, input, round, shown: shown.resolve, signal: stop.signal }).then(
      () => undefined,
      (error: unknown) => shown.reject(error),
    );
    return { view: shown.promise, stop, done };
  }

  private async run(request: SignInRequest): Promise<void> {
    const { taskId, input, round, signal } = request;
    const result = await this.signIn(request);
    const key = signInKey(input.id, round);
    await this.untilItWorks(signal, () => this.options.desk.answer(taskId, key, { ...result }));
    this.running.delete(`${taskId}/${key}`);
    // One that failed before it showed anything has nothing to show; the task finds its result on the desk.
    request.shown({ url: "", userCode: null, expiresAt: null });
    await this.untilItWorks(signal, () => this.options.wake(taskId));
  }

  private async signIn({ input, shown, signal }: SignInRequest): Promise<SignInResult> {
    const { network: settings, clock } = this.options;
    const network = settings.createClient({
      policy: signInPolicy(settings, input),
      limits: { ...settings.limits, ...signInLimits },
      observe: () => {},
    });
    try {
      const onShown = (view: SignInView): void =>
        shown({ ...view, url: atStandIn(view.url, settings.originMap) });
      return { ok: true, value: await createPinSignIn({ input, network, clock, onShown, signal }) };
    } catch (error) {
      if (signal.aborted) throw error;
      return { ok: false, code: errorCodeOf(error) ?? "SIGN_IN_FAILED", message: errorText(error) };
    } finally {
      await network.close();
    }
  }

  /** The user has signed in: a datastore that is away for a moment must not make that void. */
  private async untilItWorks(signal: AbortSignal, work: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await work();
        return;
      } catch {
        await this.options.clock.sleep(tryAgainMs, signal);
      }
    }
  }
}

/** The page the user is sent to: the stand-in's, where one takes the place of the provider. */
function atStandIn(url: string, originMap: NetworkSettings["originMap"]): string {
  const mapped = originMap.find(({ from }) => url.startsWith(`${from}/`));
  return mapped === undefined ? url : `${mapped.to}${url.slice(mapped.from.length)}`;
}

/** Who a sign-in flow may reach: its own hosts and nothing else. */
export function signInPolicy(network: NetworkSettings, input: OAuthInput): NetworkPolicy {
  return {
    appHost: null,
    appPorts: [],
    otherAppPorts: [],
    deniedPorts: network.deniedPorts,
    signInHosts: signInHosts(input),
    allow: network.allow,
    originMap: network.originMap,
  };
}
