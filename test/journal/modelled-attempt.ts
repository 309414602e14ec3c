import type { JournalEntry } from "../../src/journal/entry.ts";
import { createReplay } from "../../src/journal/replay.ts";
import { createDeliveryOrder } from "../../src/runtime/delivery-order.ts";
import { createPendingEffects } from "../../src/runtime/pending-effects.ts";
import type { HeldCompletion } from "../../src/runtime/protocol.ts";
import { createRecordedDelivery, type RecordedDelivery } from "../../src/runtime/recorded-delivery.ts";
import type { SeededRandom } from "../support/random.ts";
import { ModelledHook, type Call, type HookTurn, type Nature } from "./modelled-hook.ts";

export interface AttemptRun {
  journal: JournalEntry[];
  /** Completions as the hook was told them, in order. */
  delivered: string[];
  /** Effects performed in this run, by sequence number. */
  performed: number[];
  /** Calls the hook has given up in this run. */
  givenUp: number[];
  hookEnded: boolean;
  /** What must never happen. */
  faults: string[];
}

/**
 * Runs a modelled hook from where a journal ends to its end, with the runtime's own replay, delivery of recorded completions,
 * order of live ones and list of pending effects. Completions come in random order, what is written is kept at random
 * moments, and the hook takes what it is told at random moments.
 */
export function runModelledAttempt(
  program: number,
  recorded: readonly JournalEntry[],
  random: SeededRandom,
): AttemptRun {
  return new ModelledAttempt(program, recorded, random).run();
}

interface Told {
  seq: number;
  value: string;
}

/** What the hook takes in one turn: one live completion, or as many recorded ones as it has made the calls of. */
type InboxTurn = { told: Told } | { recorded: HeldCompletion[]; taken: number };

/** The effect of the runtime that nobody listens to. */
const silentName = "log";
const nameOf = (nature: Nature): string => (nature === "silent" ? silentName : nature);

class ModelledAttempt {
  private readonly hook: ModelledHook;
  private readonly random: SeededRandom;
  private readonly replay: ReturnType<typeof createReplay>;
  private readonly result: AttemptRun;
  private readonly order: ReturnType<typeof createDeliveryOrder>;
  private readonly recorded: RecordedDelivery;
  private readonly pending = createPendingEffects();
  private readonly performing: Call[] = [];
  /** On its way to the journal. */
  private readonly unwritten: { entry: JournalEntry; onKept: () => void }[] = [];
  /** On its way to the hook. */
  private readonly inbox: InboxTurn[] = [];
  /** Completions that are not kept yet; those known beforehand the hook may have already. */
  private readonly unkept = new Map<number, "known" | "unknown">();

  constructor(program: number, recorded: readonly JournalEntry[], random: SeededRandom) {
    this.hook = new ModelledHook(program);
    this.random = random;
    this.replay = createReplay(recorded);
    const journal = [...recorded];
    this.result = { journal, delivered: [], performed: [], givenUp: [], hookEnded: false, faults: [] };
    this.order = createDeliveryOrder(1 + (program % 3));
    this.recorded = createRecordedDelivery(this.replay, ({ completions }) => {
      this.inbox.push({ recorded: completions, taken: 0 });
    });
  }

  run(): AttemptRun {
    this.meet(this.hook.start());
    while (this.inbox.length > 0 || !this.isOver()) {
      // Completions come and are kept while the hook is still busy with earlier ones.
      const steps = [
        ...(this.performing.length > 0 ? [() => this.completeOne()] : []),
        ...(this.unwritten.length > 0 ? [() => this.writeSome()] : []),
        ...(this.inbox.length > 0 ? [() => this.hookTakes()] : []),
      ];
      if (steps.length === 0) {
        // A hook may wait for nothing; one that has ended may not be waited for.
        if (this.hook.hasEnded) this.result.faults.push("it never ends, though its hook has");
        break;
      }
      this.random.pick(steps)();
    }
    this.result.journal.push(...this.unwritten.map(({ entry }) => entry));
    this.result.hookEnded = this.hook.hasEnded;
    return this.result;
  }

  /** Asked between two turns of the hook. */
  private isOver(): boolean {
    if (this.hook.hasEnded) return this.pending.size === 0;
    if (this.recorded.goOn()) return false;
    const missing = this.replay.blockedOn();
    if (missing !== null) this.result.faults.push(`recorded call ${missing} was not made again`);
    return missing !== null;
  }

  private keep(entry: JournalEntry, onKept: () => void): void {
    this.unwritten.push({ entry, onKept });
  }

  private afterKept(go: () => void): void {
    const newest = this.unwritten.at(-1);
    if (newest === undefined) return go();
    const { onKept } = newest;
    newest.onKept = () => {
      onKept();
      go();
    };
  }

  private writeSome(): void {
    const written = this.unwritten.splice(0, 1 + this.random.below(this.unwritten.length));
    this.result.journal.push(...written.map(({ entry }) => entry));
    for (const { onKept } of written) onKept();
  }

  private hookTakes(): void {
    const [turn] = this.inbox;
    if (turn === undefined) return;
    if ("told" in turn) {
      this.inbox.shift();
      this.tell(turn.told);
      return;
    }
    const next = turn.recorded[turn.taken];
    if (this.hook.hasEnded || next === undefined || seqOf(next) > this.hook.callsMade) {
      this.inbox.shift();
      if (!this.recorded.onTaken(turn.taken)) this.result.faults.push("it took what it cannot have");
      return;
    }
    turn.taken += 1;
    if (typeof next !== "number") this.tell({ seq: seqOf(next), value: valueOf(next) });
  }

  private tell({ seq, value }: Told): void {
    if (this.hook.hasEnded) return;
    this.result.delivered.push(`${seq}=${value}`);
    this.meet(this.hook.onCompletion(seq, value));
  }

  private meet({ calls, aborts, ends }: HookTurn): void {
    for (const call of calls) {
      const match = this.replay.match({ ...call, name: nameOf(call.nature) });
      if (match.kind === "mismatch") this.result.faults.push(`call ${call.seq} does not match`);
      else if (match.kind === "new") this.begin(call);
      else if (match.kind === "unfinished") this.goOn(call);
    }
    for (const seq of aborts) this.pending.drop(seq);
    this.result.givenUp.push(...aborts);
    if (!ends) return;
    this.recorded.end();
    this.pending.dropWaits();
  }

  private begin(call: Call): void {
    const { seq, nature, argsHash } = call;
    if (nature === "silent" || nature === "record") {
      this.complete(call, "null");
      return;
    }
    this.addPending(call);
    if (nature === "repeatable") this.afterKept(() => this.perform(call));
    this.keep({ type: "effect-started", seq, name: nature, argsHash, at: seq }, () => {
      if (nature === "once") this.perform(call);
    });
  }

  private goOn(call: Call): void {
    this.addPending(call);
    if (call.nature === "once") this.complete(call, "EFFECT_INTERRUPTED");
    else this.afterKept(() => this.perform(call));
  }

  private addPending({ seq, nature }: Call): void {
    const isOnce = nature === "once";
    this.pending.add(seq, { checkpointId: null, dueAt: null, outlivesHook: isOnce, isOnce });
  }

  private perform(call: Call): void {
    if (!this.pending.has(call.seq)) return;
    const told = [...this.unkept].find(([seq, kind]) => kind === "known" && seq < call.seq);
    if (told !== undefined) this.result.faults.push(`${call.seq} is performed before ${told[0]} is kept`);
    this.result.performed.push(call.seq);
    this.performing.push(call);
  }

  private completeOne(): void {
    const [call] = this.performing.splice(this.random.below(this.performing.length), 1);
    // What was given up is of no interest.
    if (call !== undefined && this.pending.has(call.seq))
      this.complete(call, `${this.random.below(1_000_000)}`);
  }

  private complete({ seq, nature, argsHash }: Call, value: string): void {
    const isHeard = nature !== "silent";
    if (isHeard && !this.pending.has(seq))
      this.pending.add(seq, { checkpointId: null, dueAt: null, outlivesHook: true });
    const outcome = { ok: true, value } as const;
    let onKept = (): void => {};
    this.keep({ type: "effect-completed", seq, name: nameOf(nature), argsHash, at: seq, outcome }, () => {
      this.unkept.delete(seq);
      onKept();
    });
    if (!isHeard) return;
    const isKnown = nature === "record";
    this.unkept.set(seq, isKnown ? "known" : "unknown");
    const deliver = (): void =>
      this.recorded.afterAll(() => this.send({ seq, value: JSON.stringify(value) }));
    onKept = this.order.add({ isKnown, deliver });
  }

  private send(told: Told): void {
    this.pending.delete(told.seq);
    if (this.unkept.get(told.seq) === "unknown")
      this.result.faults.push(`${told.seq} is told before it is kept`);
    if (!this.hook.hasEnded) this.inbox.push({ told });
  }
}

function seqOf(completion: HeldCompletion): number {
  if (typeof completion === "number") return completion;
  return Array.isArray(completion) ? completion[0] : completion.seq;
}

function valueOf(completion: Exclude<HeldCompletion, number>): string {
  if (Array.isArray(completion)) return "null";
  return completion.ok ? JSON.stringify(completion.value) : completion.error.code;
}

/** Completions that somebody listens to, as a journal holds them, in order. */
export function recordedCompletions(journal: readonly JournalEntry[]): string[] {
  return journal.flatMap((entry) =>
    entry.type === "effect-completed" && entry.name !== silentName && entry.outcome.ok
      ? [`${entry.seq}=${JSON.stringify(entry.outcome.value)}`]
      : [],
  );
}
