import { createRandom } from "../support/random.ts";

/**
 * `once` and `repeatable` effects are performed; the hook may end or give them up before they are done. `record` ones are done
 * when written; nobody listens to a `silent` one.
 */
export type Nature = "once" | "repeatable" | "record" | "silent";

export interface Call {
  seq: number;
  nature: Nature;
  argsHash: string;
}

/** What a hook does between two waits, in this order. */
export interface HookTurn {
  calls: Call[];
  /** Calls it gives up. */
  aborts: number[];
  ends: boolean;
}

const nothing: HookTurn = { calls: [], aborts: [], ends: false };

/** A hook reduced to what replay sees of it: what it does next depends on what it was told so far, on nothing else. */
export class ModelledHook {
  hasEnded = false;
  callsMade = 0;
  private readonly program: number;
  private readonly maxCalls: number;
  private readonly waiting = new Map<number, Nature>();
  private history = "begin";

  constructor(program: number) {
    this.program = program;
    this.maxCalls = 1 + (program % 17);
  }

  start(): HookTurn {
    return this.act(1);
  }

  /** What it has given up, or left behind at its end, it hears no more. */
  onCompletion(seq: number, value: string): HookTurn {
    if (this.hasEnded || !this.waiting.delete(seq)) return nothing;
    this.history = `${this.history}|${seq}=${value}`.slice(-200);
    return this.act(0);
  }

  private act(atLeast: number): HookTurn {
    const random = createRandom(this.program ^ hashText(this.history));
    const wanted = Math.max(atLeast, random.below(4));
    const calls = Array.from({ length: Math.min(wanted, this.maxCalls - this.callsMade) }, (): Call => {
      this.callsMade += 1;
      const nature = random.pick<Nature>(["once", "repeatable", "record", "silent"]);
      if (nature !== "silent") this.waiting.set(this.callsMade, nature);
      return { seq: this.callsMade, nature, argsHash: `${random.below(1_000_000)}` };
    });
    const open = [...this.waiting].flatMap(([seq, nature]) => (nature === "record" ? [] : [seq]));
    const aborts = open.length > 0 && random.below(6) === 0 ? [random.pick(open)] : [];
    for (const seq of aborts) this.waiting.delete(seq);
    this.hasEnded = random.below(12) === 0;
    return { calls, aborts, ends: this.hasEnded };
  }
}

function hashText(text: string): number {
  let hash = 7;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash;
}
