import type { Clock } from "../clock.ts";
import { errorCodeOf, errorText, type ErrorCode } from "../errors.ts";
import {
  pollPin,
  signInHosts,
  signInLimits,
  startPin,
  type Pin,
  type PinSignInOptions,
} from "../inputs/pin-sign-in.ts";
import type { JsonObject } from "../json.ts";
import type { NetworkPolicy } from "../network/network-client.ts";
import type { OAuthInput } from "../schema/install-script.ts";
import type { SignInView } from "../task/task-event.ts";
import type { Desk } from "./desk.ts";
import type { NetworkSettings } from "./network-settings.ts";
import { findTurn, signInKeys, type SignInTurn } from "./sign-in-requests.ts";

/** How a sign-in ended, as it is kept on the desk. */
export type SignInResult = { ok: true; value: JsonObject } | { ok: false; code: ErrorCode; message: string };

/** One sign-in of one input that somebody asks the provider about. */
export interface SignInPoll {
  taskId: string;
  input: OAuthInput;
  turn: SignInTurn;
}

/** `done`: it has its result, or nobody wants it any more. */
export type PollProgress = { kind: "done" } | { kind: "again"; waitMs: number; intervalMs: number };

/**
 * Sign-ins under way. What was begun is kept on the desk, so that any process can ask for it again: the user who approves
 * it just now notices nothing of a restart. The task is parked meanwhile, and woken when the result is on the desk.
 */
export interface SignIns {
  /** Begins a sign-in, or finds the one under way; null when it cannot begin, and the result on the desk says why. */
  begin(taskId: string, input: OAuthInput, turn: SignInTurn): Promise<SignInView | null>;
  /** Asks the provider once; `intervalMs` as it was told last, null at first. */
  poll(poll: SignInPoll, intervalMs: number | null): Promise<PollProgress>;
  /** Nobody in this process asks for those of one task any more. */
  stop(taskId: string): void;
  close(): Promise<void>;
}

export interface SignInsOptions {
  desk: Desk;
  clock: Clock;
  network: NetworkSettings;
  /** Called after a result was put on the desk. */
  wake(taskId: string): Promise<void>;
  /** Sees to it that the provider is asked, by one process at a time; null: this process does. The same twice is once. */
  addPoll: ((poll: SignInPoll, waitMs: number) => Promise<void>) | null;
}

const tryAgainMs = 1000;

export function createSignIns(options: SignInsOptions): SignIns {
  return new SignInBroker(options);
}

class SignInBroker implements SignIns {
  private readonly options: SignInsOptions;
  private readonly closing = new AbortController();
  private readonly running = new Map<string, { stop: AbortController; done: Promise<void> }>();

  constructor(options: SignInsOptions) {
    this.options = options;
  }

  async begin(taskId: string, input: OAuthInput, turn: SignInTurn): Promise<SignInView | null> {
    const { desk, addPoll } = this.options;
    const keys = signInKeys(input.id, turn);
    let pin = await this.findPin(taskId, keys.pin);
    if (pin === null) {
      const started = await this.withClient(input, (client) => startPin(client));
      if ("code" in started) {
        await desk.answer(taskId, keys.result, { ok: false, ...started });
        return null;
      }
      // When two begin at once, both go on with the one that was kept first.
      await desk.answer(taskId, keys.pin, toStored(started.value));
      pin = (await this.findPin(taskId, keys.pin)) ?? started.value;
    }
    const poll = { taskId, input, turn };
    if (addPoll === null) this.pollHere(poll, pin.intervalMs);
    else await addPoll(poll, pin.intervalMs);
    return { ...pin.view, url: atStandIn(pin.view.url, this.options.network.originMap) };
  }

  async poll(poll: SignInPoll, intervalMs: number | null): Promise<PollProgress> {
    const { desk } = this.options;
    const { taskId, input, turn } = poll;
    const keys = signInKeys(input.id, turn);
    const [now, pin, result] = await Promise.all([
      findTurn(desk, taskId, input.id, turn.round),
      this.findPin(taskId, keys.pin),
      desk.answers(taskId, keys.result),
    ]);
    if (now.number !== turn.number || pin === null) return { kind: "done" };
    if (result === null) {
      const asked = await this.withClient(input, (client) =>
        pollPin(client, { ...pin, intervalMs: intervalMs ?? pin.intervalMs }),
      );
      if (!("code" in asked) && asked.value.kind === "pending") {
        const { waitMs, intervalMs: next } = asked.value;
        return { kind: "again", waitMs, intervalMs: next };
      }
      await this.keepResult(taskId, keys.result, toResult(asked));
    }
    await this.options.wake(taskId);
    return { kind: "done" };
  }

  stop(taskId: string): void {
    for (const [key, { stop }] of this.running) {
      if (!key.startsWith(`${taskId}/`)) continue;
      this.running.delete(key);
      stop.abort(new Error("the task no longer waits for it"));
    }
  }

  async close(): Promise<void> {
    this.closing.abort(new Error("shutting down"));
    await Promise.all([...this.running.values()].map(({ done }) => done));
  }

  private async findPin(taskId: string, key: string): Promise<Pin | null> {
    return (await this.options.desk.answers(taskId, key)) as Pin | null;
  }

  private pollHere(poll: SignInPoll, waitMs: number): void {
    const key = `${poll.taskId}/${signInKeys(poll.input.id, poll.turn).pin}`;
    if (this.running.has(key)) return;
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, this.closing.signal]);
    const done = this.pollUntilDone(poll, waitMs, signal)
      .catch(() => {})
      .finally(() => this.running.delete(key));
    this.running.set(key, { stop, done });
  }

  private async pollUntilDone(poll: SignInPoll, firstWaitMs: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.options;
    let { waitMs, intervalMs } = { waitMs: firstWaitMs, intervalMs: firstWaitMs };
    for (;;) {
      await clock.sleep(waitMs, signal);
      try {
        const progress = await this.poll(poll, intervalMs);
        if (progress.kind === "done") return;
        ({ waitMs, intervalMs } = progress);
      } catch {
        signal.throwIfAborted();
        waitMs = tryAgainMs;
      }
    }
  }

  /** The user has signed in, and many providers say so once: a datastore that is away for a moment must not make that void. */
  private async keepResult(taskId: string, key: string, result: JsonObject): Promise<void> {
    for (;;) {
      try {
        await this.options.desk.answer(taskId, key, result);
        return;
      } catch {
        await this.options.clock.sleep(tryAgainMs, this.closing.signal);
      }
    }
  }

  private async withClient<T>(
    input: OAuthInput,
    work: (options: PinSignInOptions) => Promise<T>,
  ): Promise<{ value: T } | { code: ErrorCode; message: string }> {
    const { network: settings, clock } = this.options;
    const { signal } = this.closing;
    const network = settings.createClient({
      policy: signInPolicy(settings, input),
      limits: { ...settings.limits, ...signInLimits },
      observe: () => {},
    });
    try {
      return { value: await work({ input, network, clock, signal }) };
    } catch (error) {
      signal.throwIfAborted();
      return { code: errorCodeOf(error) ?? "SIGN_IN_FAILED", message: errorText(error) };
    } finally {
      await network.close();
    }
  }
}

function toResult(asked: { value: unknown } | { code: ErrorCode; message: string }): JsonObject {
  if ("code" in asked) return { ok: false, code: asked.code, message: asked.message };
  const { value } = asked.value as { value: JsonObject };
  return { ok: true, value };
}

function toStored({ values, view, ...rest }: Pin): JsonObject {
  return { ...rest, values: { ...values }, view: { ...view } };
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
