import { effectTable } from "../context/effect-table.ts";
import type { EffectCompletedEntry } from "../journal/entry.ts";
import type { Replay } from "../journal/replay.ts";
import type { HeldBody } from "./held-bodies.ts";
import type { HeldCompletion } from "./protocol.ts";
import { toHeldCompletion } from "./to-completion.ts";

/**
 * Hands a guest what its journal knows. A trip for each completion would be most of the time that it takes to bring a hook
 * back, so many go in one message; the guest's side takes them one by one, as it would take them live.
 *
 * 1. A completion is taken only when its call was made, and after all recorded before it (J2).
 * 2. What the guest says it has taken is checked against the calls it has made.
 * 3. A live completion that is kept meanwhile waits until all recorded ones are taken (J2).
 */
export interface RecordedDelivery {
  /** Hands over what comes next, when the guest waits; false when nothing does, or the guest did not take the last. */
  goOn(): boolean;
  /** Calls back once all recorded ones are taken: at once, or in `goOn`. */
  afterAll(deliver: () => void): void;
  /** The hook has ended: it takes nothing any more, and nothing waits for it to. */
  end(): void;
  /** The guest has taken so many. False: it cannot have. */
  onTaken(count: number): boolean;
}

export interface RecordedBatch {
  completions: HeldCompletion[];
  bodies: HeldBody[];
}

/** Completions in one message. */
const mostAtOnce = 2000;
/** Bytes of results in one message; one that is larger goes alone. */
const mostBytesAtOnce = 256 * 1024;

/** @param handOver sends them to the guest, as one turn */
export function createRecordedDelivery(
  replay: Replay,
  handOver: (batch: RecordedBatch) => void,
): RecordedDelivery {
  let notTaken = 0;
  let held: (() => void)[] = [];
  let hasEnded = false;
  const deliverHeld = (): boolean => {
    const delivered = held;
    held = [];
    for (const deliver of delivered) deliver();
    return delivered.length > 0;
  };
  return {
    goOn: () => {
      if (notTaken > 0) return false;
      const entries = selectBatch(replay.ahead(mostAtOnce));
      if (entries.length === 0) return deliverHeld();
      notTaken = entries.length;
      handOver(toBatch(entries));
      return true;
    },
    afterAll: (deliver) => {
      if (hasEnded || replay.blockedOn() === null) deliver();
      else held.push(deliver);
    },
    end: () => {
      hasEnded = true;
      deliverHeld();
    },
    onTaken: (count) => {
      if (count > notTaken) return false;
      notTaken -= count;
      for (let taken = 0; taken < count; taken += 1) if (replay.nextCompletion() === null) return false;
      return true;
    },
  };
}

function selectBatch(entries: readonly EffectCompletedEntry[]): readonly EffectCompletedEntry[] {
  let bytes = 0;
  const end = entries.findIndex((entry, index) => {
    bytes += sizeOf(entry);
    return bytes > mostBytesAtOnce && index > 0;
  });
  return end < 0 ? entries : entries.slice(0, end);
}

function sizeOf({ outcome }: EffectCompletedEntry): number {
  if (!outcome.ok) return JSON.stringify(outcome.error).length;
  const value = outcome.value === null ? 0 : JSON.stringify(outcome.value).length;
  return value + (outcome.body?.length ?? 0);
}

function toBatch(entries: readonly EffectCompletedEntry[]): RecordedBatch {
  const completions = entries.map(({ seq, at: now, name, outcome }): HeldCompletion =>
    effectTable.get(name)?.isSilent === true ? seq : toHeldCompletion(seq, now, outcome),
  );
  const bodies = entries.flatMap(({ seq, outcome }) =>
    outcome.ok && outcome.body !== undefined ? [{ seq, body: Buffer.from(outcome.body, "base64") }] : [],
  );
  return { completions, bodies };
}
