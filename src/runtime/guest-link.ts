import type { Clock } from "../clock.ts";
import type { ErrorCode } from "../errors.ts";
import type { EffectOutcome } from "../journal/entry.ts";
import type { SandboxTurn } from "./parse-sandbox-message.ts";
import type { GuestMessage, StartMessage } from "./protocol.ts";
import { encodeBodies } from "./recorded-bodies.ts";
import type { RecordedBatch } from "./recorded-delivery.ts";
import type { SandboxLease } from "./sandbox-pool.ts";
import { toCompletion } from "./to-completion.ts";

/**
 * The conversation with one sandbox: what is sent begins a turn, and the guest owes its end. Between turns the guest
 * only waits.
 */
export interface GuestLink {
  start(message: StartMessage): void;
  complete(seq: number, at: number, outcome: EffectOutcome): void;
  /** Hands over many recorded ones; the guest takes them one by one. */
  completeRecorded(batch: RecordedBatch): void;
  /** True while the guest is at work. */
  isBusy(): boolean;
  /** Nothing is heard of the sandbox any more. `isClean`: the hook said that it has ended, and nothing is left of it. */
  close(isClean: boolean): void;
}

export interface GuestLinkListener {
  onMessage(message: GuestMessage, body: Uint8Array): void;
  /** The guest waits. */
  onIdle(): void;
  /** It has taken so many recorded completions in the turn that ends. */
  onTaken(count: number): void;
  /** A promise was rejected and nobody had handled it when the turn ended; it may be handled later. */
  onUnhandled(text: string): void;
  /** It broke the rules, or its process is gone. */
  onBroken(code: ErrorCode, detail: string): void;
}

export function createGuestLink(sandbox: SandboxLease, clock: Clock, listener: GuestLinkListener): GuestLink {
  let openTurns = 0;
  let closed = false;
  // Waits are not skipped while the guest is at work.
  let releaseClock: (() => void) | undefined;

  const beginTurn = (): void => {
    if (openTurns === 0) releaseClock = clock.hold?.();
    openTurns += 1;
  };
  const onTurn = (turn: SandboxTurn): void => {
    for (const message of turn.messages) {
      if (closed) return;
      listener.onMessage(message, turn.body);
    }
    if (turn.unhandled !== null && !closed) listener.onUnhandled(turn.unhandled);
    if (!turn.done || closed) return;
    openTurns -= 1;
    if (turn.taken > 0) listener.onTaken(turn.taken);
    if (openTurns === 0) releaseClock?.();
    if (openTurns < 0) listener.onBroken("HOOK_PROTOCOL", "the sandbox ended a turn that was not begun.");
    else listener.onIdle();
  };
  sandbox.attach({ onTurn, onExit: (exit) => listener.onBroken(exit.code, exit.detail) });

  return {
    start: (message) => {
      beginTurn();
      sandbox.send(message);
    },
    complete: (seq, now, outcome) => {
      beginTurn();
      const body = outcome.ok && outcome.body !== undefined ? Buffer.from(outcome.body, "base64") : undefined;
      sandbox.send(toCompletion(seq, now, outcome), body);
    },
    completeRecorded: ({ completions, bodies }) => {
      beginTurn();
      sandbox.send({ type: "recorded", completions }, bodies.length === 0 ? undefined : encodeBodies(bodies));
    },
    isBusy: () => openTurns > 0,
    close: (isClean) => {
      if (closed) return;
      closed = true;
      releaseClock?.();
      sandbox.end(isClean && openTurns === 0);
    },
  };
}
