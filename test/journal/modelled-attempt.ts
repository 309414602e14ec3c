import type { JournalEntry } from "../../src/journal/entry.ts";
import { createReplay } from "../../src/journal/replay.ts";
import { createDeliveryOrder } from "../../src/runtime/delivery-order.ts";
import { createRandom, type SeededRandom } from "../support/random.ts";

/** `once` and `repeatable` effects are performed; `record` ones are done when written; nobody listens to a `silent` one. */
export type Nature = "once" | "repeatable" | "record" | "silent";

interface Call {
  seq: number;
  nature: Nature;
  argsHash: string;
}

/** A hook reduced to what replay sees of it: what it does next depends on what it was told so far, on nothing else. */
class ModelledHook {
  private readonly program: number;
  private readonly maxCalls: number;
  private history: string;
  private seq = 0;

  constructor(program: number) {
    this.program = program;
    this.maxCalls = 1 + (program % 17);
    this.history = "begin";
  }

  start(): Call[] {
    return this.act(1);
  }

  onCompletion(seq: number, value: string): Call[] {
    this.history = `${this.history}|${seq}=${value}`.slice(-200);
    return this.act(0);
  }

  private act(atLeast: number): Call[] {
    const random = createRandom(this.program ^ hashText(this.history));
    const wanted = Math.max(atLeast, random.below(4));
    return Array.from({ length: Math.min(wanted, this.maxCalls - this.seq) }, () => {
      this.seq += 1;
      const nature = random.pick<Nature>(["once", "repeatable", "record", "silent"]);
      return { seq: this.seq, nature, argsHash: `${random.below(1_000_000)}` };
    });
  }
}

function hashText(text: string): number {
  let hash = 7;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash;
}

export interface AttemptRun {
  journal: JournalEntry[];
  /** Completions as the hook was told them, in order. */
  delivered: string[];
  /** Effects performed in this run, by sequence number. */
  performed: number[];
  /** What must never happen. */
  faults: string[];
}

/**
 * Runs a modelled hook from where a journal ends to its end, by the rules of `src/journal/replay.ts` and
 * `src/runtime/delivery-order.ts`. Completions come in random order, and what is written is kept at random moments.
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

class ModelledAttempt {
  private readonly hook: ModelledHook;
  private readonly random: SeededRandom;
  private readonly replay: ReturnType<typeof createReplay>;
  private readonly result: AttemptRun;
  private readonly pending: Call[] = [];
  private readonly silent = new Set<number>();
  private readonly order: ReturnType<typeof createDeliveryOrder>;
  /** On its way to the journal. */
  private readonly unwritten: { entry: JournalEntry; onKept: () => void }[] = [];
  /** On its way to the hook; it comes after all recorded ones. */
  private readonly due: Told[] = [];
  /** Completions that the hook has or will have, and that are not kept. */
  private readonly ahead = new Set<number>();

  constructor(program: number, recorded: readonly JournalEntry[], random: SeededRandom) {
    this.hook = new ModelledHook(program);
    this.random = random;
    this.replay = createReplay(recorded);
    this.result = { journal: [...recorded], delivered: [], performed: [], faults: [] };
    this.order = createDeliveryOrder(1 + (program % 3));
  }

  run(): AttemptRun {
    this.meetAll(this.hook.start());
    for (;;) {
      if (this.tellRecorded()) continue;
      if (this.replay.blockedOn() !== null) {
        this.result.faults.push(`recorded call ${this.replay.blockedOn()} was not made again`);
        return this.result;
      }
      // Completions come and are kept while the hook is still busy with earlier ones.
      const steps = [
        ...(this.pending.length > 0 ? [() => this.completeOne()] : []),
        ...(this.unwritten.length > 0 ? [() => this.writeSome()] : []),
        ...(this.due.length > 0 ? [() => this.tell(this.due.shift() as Told)] : []),
      ];
      if (steps.length === 0) return this.result;
      this.random.pick(steps)();
    }
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

  private tellRecorded(): boolean {
    const next = this.replay.nextCompletion();
    if (next === null) return false;
    if (this.silent.delete(next.seq)) return true;
    this.tell({
      seq: next.seq,
      value: next.outcome.ok ? JSON.stringify(next.outcome.value) : next.outcome.error.code,
    });
    return true;
  }

  private tell({ seq, value }: Told): void {
    this.result.delivered.push(`${seq}=${value}`);
    this.meetAll(this.hook.onCompletion(seq, value));
  }

  private meetAll(calls: readonly Call[]): void {
    for (const call of calls) {
      const match = this.replay.match({ ...call, name: call.nature });
      if (match.kind === "mismatch") this.result.faults.push(`call ${call.seq} does not match`);
      else if (match.kind === "new") this.begin(call);
      else if (match.kind === "unfinished") this.goOn(call);
      else if (call.nature === "silent") this.silent.add(call.seq);
    }
  }

  private begin(call: Call): void {
    const { seq, nature, argsHash } = call;
    if (nature === "silent" || nature === "record") {
      this.complete(call, "null");
      return;
    }
    if (nature === "repeatable") this.afterKept(() => this.perform(call));
    this.keep({ type: "effect-started", seq, name: nature, argsHash, at: seq }, () => {
      if (nature === "once") this.perform(call);
    });
  }

  private goOn(call: Call): void {
    if (call.nature === "once") this.complete(call, "EFFECT_INTERRUPTED");
    else this.afterKept(() => this.perform(call));
  }

  private perform(call: Call): void {
    const [told] = [...this.ahead].filter((seq) => seq < call.seq);
    if (told !== undefined) this.result.faults.push(`${call.seq} is performed before ${told} is kept`);
    this.result.performed.push(call.seq);
    this.pending.push(call);
  }

  private completeOne(): void {
    const [call] = this.pending.splice(this.random.below(this.pending.length), 1);
    if (call !== undefined) this.complete(call, `${this.random.below(1_000_000)}`);
  }

  private complete({ seq, nature, argsHash }: Call, value: string): void {
    const outcome = { ok: true, value } as const;
    let onKept = (): void => {};
    this.keep({ type: "effect-completed", seq, name: nature, argsHash, at: seq, outcome }, () => {
      this.ahead.delete(seq);
      onKept();
    });
    if (nature === "silent") return;
    const deliver = (): void => void this.due.push({ seq, value: JSON.stringify(value) });
    if (nature === "record") this.ahead.add(seq);
    onKept = this.order.add({ isKnown: nature === "record", deliver });
  }
}

/** Completions that somebody listens to, as a journal holds them, in order. */
export function recordedCompletions(journal: readonly JournalEntry[]): string[] {
  return journal.flatMap((entry) =>
    entry.type === "effect-completed" && entry.name !== "silent" && entry.outcome.ok
      ? [`${entry.seq}=${JSON.stringify(entry.outcome.value)}`]
      : [],
  );
}
