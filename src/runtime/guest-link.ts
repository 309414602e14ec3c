import type { Clock } from "../clock.ts";
import type { ErrorCode } from "../errors.ts";
import type { EffectOutcome } from "../journal/entry.ts";
import type { SandboxTurn } from "./parse-sandbox-message.ts";
import type { GuestMessage, StartMessage } from "./protocol.ts";
import type { SandboxLease } from "./sandbox-pool.ts";

/**
 * The conversation with one sandbox: what is sent begins a turn, and the guest owes its end. Between turns the guest
 * only waits.
 */
export interface GuestLink {
  start(message: StartMessage): void;
  complete(seq: number, at: number, outcome: EffectOutcome): void;
  /** True while the guest is at work. */
  isBusy(): boolean;
  /** Nothing is heard of the sandbox any more. `isClean`: the hook said that it has ended, and nothing is left of it. */
  close(isClean: boolean): void;
}

export interface GuestLinkListener {
  onMessage(message: GuestMessage, body: Uint8Array): void;
  /** The guest waits. */
  onIdle(): void;
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
    if (!turn.done || closed) return;
    openTurns -= 1;
    if (turn.unhandled !== null) listener.onUnhandled(turn.unhandled);
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
      if (outcome.ok) {
        const body = outcome.body === undefined ? undefined : Buffer.from(outcome.body, "base64");
        const { value } = outcome;
        sandbox.send({ type: "completion", seq, now, ok: true, value, hasBody: body !== undefined }, body);
      } else {
        sandbox.send({ type: "completion", seq, now, ok: false, error: outcome.error });
      }
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
