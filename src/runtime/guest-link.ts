import type { Clock } from "../clock.ts";
import type { ErrorCode } from "../errors.ts";
import type { EffectOutcome } from "../journal/entry.ts";
import type { SandboxTurn } from "./parse-sandbox-message.ts";
import type { CompletionMessage, CompletionsMessage, GuestMessage, StartMessage } from "./protocol.ts";
import { encodeBodies, type HeldBody } from "./held-bodies.ts";
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
  /** Turns that have not ended, in order; true for one that is about recorded completions. */
  const openTurns: boolean[] = [];
  let closed = false;
  // Waits are not skipped while the guest is at work.
  let releaseClock: (() => void) | undefined;

  const beginTurn = (isRecorded = false): void => {
    if (openTurns.length === 0) releaseClock = clock.hold?.();
    openTurns.push(isRecorded);
  };
  const outbox = createOutbox((message, body) => {
    if (!closed) sandbox.send(message, body);
  });
  const onTurn = (turn: SandboxTurn): void => {
    for (const message of turn.messages) {
      if (closed) return;
      listener.onMessage(message, turn.body);
    }
    if (turn.unhandled !== null && !closed) listener.onUnhandled(turn.unhandled);
    if (!turn.done || closed) return;
    const isRecorded = openTurns.shift();
    if (isRecorded === undefined) {
      listener.onBroken("HOOK_PROTOCOL", "the sandbox ended a turn that was not begun.");
      return;
    }
    if (isRecorded) listener.onTaken(turn.taken);
    if (openTurns.length === 0) releaseClock?.();
    listener.onIdle();
  };
  sandbox.attach({ onTurn, onExit: (exit) => listener.onBroken(exit.code, exit.detail) });

  return {
    start: (message) => {
      beginTurn();
      sandbox.send(message);
    },
    complete: (seq, now, outcome) => {
      if (outbox.add(seq, now, outcome)) beginTurn();
    },
    completeRecorded: ({ completions, bodies }) => {
      outbox.flush();
      beginTurn(true);
      sandbox.send({ type: "completions", completions }, encodeBodies(bodies));
    },
    isBusy: () => openTurns.length > 0,
    close: (isClean) => {
      if (closed) return;
      closed = true;
      releaseClock?.();
      sandbox.end(isClean && openTurns.length === 0);
    },
  };
}

/** What one write has kept goes to the guest in one message, and what the hook does about it comes back in one. */
interface Outbox {
  /** True when it is the first of a message. */
  add(seq: number, now: number, outcome: EffectOutcome): boolean;
  flush(): void;
}

/** Completions in one message, and the bytes of their bodies from which on it takes no more. */
const mostAtOnce = 64;
const manyBytes = 256 * 1024;

/** Sends what was added before the event loop goes on. */
function createOutbox(
  send: (message: CompletionMessage | CompletionsMessage, body?: Uint8Array) => void,
): Outbox {
  let completions: CompletionMessage[] = [];
  let bodies: HeldBody[] = [];
  let bytes = 0;
  const flush = (): void => {
    const [first] = completions;
    if (first === undefined) return;
    if (completions.length === 1) send(first, bodies[0]?.body);
    else send({ type: "completions", completions }, encodeBodies(bodies));
    completions = [];
    bodies = [];
    bytes = 0;
  };
  return {
    add: (seq, now, outcome) => {
      const isFirst = completions.push(toCompletion(seq, now, outcome)) === 1;
      if (outcome.ok && outcome.body !== undefined) {
        const body = Buffer.from(outcome.body, "base64");
        bodies.push({ seq, body });
        bytes += body.byteLength;
      }
      if (isFirst) queueMicrotask(flush);
      if (completions.length >= mostAtOnce || bytes >= manyBytes) flush();
      return isFirst;
    },
    flush,
  };
}
