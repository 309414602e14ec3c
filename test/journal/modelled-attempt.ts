import type { JournalEntry } from "../../src/journal/entry.ts";
import { createReplay } from "../../src/journal/replay.ts";
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
 * Runs a modelled hook from where a journal ends to its end, with completions in random order, by the rules of
 * `src/journal/replay.ts`.
 */
export function runModelledAttempt(
  program: number,
  recorded: readonly JournalEntry[],
  random: SeededRandom,
): AttemptRun {
  return new ModelledAttempt(program, recorded, random).run();
}

class ModelledAttempt {
  private readonly hook: ModelledHook;
  private readonly random: SeededRandom;
  private readonly replay: ReturnType<typeof createReplay>;
  private readonly result: AttemptRun;
  private readonly pending: Call[] = [];
  private readonly silent = new Set<number>();
  /** Kept and not told yet; they come after all recorded ones. */
  private readonly kept: { seq: number; value: string }[] = [];

  constructor(program: number, recorded: readonly JournalEntry[], random: SeededRandom) {
    this.hook = new ModelledHook(program);
    this.random = random;
    this.replay = createReplay(recorded);
    this.result = { journal: [...recorded], delivered: [], performed: [], faults: [] };
  }

  run(): AttemptRun {
    this.meetAll(this.hook.start());
    for (;;) {
      const told = this.tellRecorded();
      if (told) continue;
      if (this.replay.blockedOn() !== null) {
        this.result.faults.push(`recorded call ${this.replay.blockedOn()} was not made again`);
        return this.result;
      }
      if (this.pending.length === 0 && this.kept.length === 0) return this.result;
      // Completions are kept while the hook is still busy with earlier ones.
      const canComplete = this.pending.length > 0;
      if (canComplete && (this.kept.length === 0 || this.random.below(2) === 0)) this.completeOne();
      else this.tell(this.kept.shift() as { seq: number; value: string });
    }
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

  private tell({ seq, value }: { seq: number; value: string }): void {
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
    if (call.nature === "silent" || call.nature === "record") {
      this.complete(call, "null");
      return;
    }
    const { seq, argsHash } = call;
    this.result.journal.push({ type: "effect-started", seq, name: call.nature, argsHash, at: seq });
    this.perform(call);
  }

  private goOn(call: Call): void {
    if (call.nature === "once") this.complete(call, "EFFECT_INTERRUPTED");
    else this.perform(call);
  }

  private perform(call: Call): void {
    this.result.performed.push(call.seq);
    this.pending.push(call);
  }

  private completeOne(): void {
    const [call] = this.pending.splice(this.random.below(this.pending.length), 1);
    if (call !== undefined) this.complete(call, `${this.random.below(1_000_000)}`);
  }

  private complete({ seq, nature, argsHash }: Call, value: string): void {
    const outcome = { ok: true, value } as const;
    this.result.journal.push({ type: "effect-completed", seq, name: nature, argsHash, at: seq, outcome });
    if (nature !== "silent") this.kept.push({ seq, value: JSON.stringify(value) });
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
