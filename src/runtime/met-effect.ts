import type { EffectDefinition } from "../context/effect.ts";
import type { EffectOutcome } from "../journal/entry.ts";
import type { ReplayMatch } from "../journal/replay.ts";
import type { TaskEvent } from "../task/task-event.ts";
import type { GuestMessage } from "./protocol.ts";

export type CallMessage = Extract<GuestMessage, { type: "call" }>;

/** A call that is neither answered from the journal nor refused. */
export interface MetEffect {
  call: CallMessage;
  body: Uint8Array | null;
  args: unknown;
  definition: EffectDefinition<unknown>;
  argsHash: string;
  begun: BegunEffect | null;
}

/** A call's end, to be kept. */
export interface Completion {
  argsHash: string;
  outcome: EffectOutcome;
  event?: TaskEvent | undefined;
  /** Nothing had to be done for it, and every replay makes the same of the call: see `DeliveryOrder`. */
  isKnown?: boolean;
}

/** What is known of an effect that was begun and not completed before. */
export type BegunEffect = Extract<ReplayMatch, { kind: "unfinished" }>;
