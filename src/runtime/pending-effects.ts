/** The effects of one attempt that the hook waits for, by sequence number. */
export interface PendingEffects {
  readonly size: number;
  add(seq: number, effect: PendingEffectOptions): AbortSignal;
  has(seq: number): boolean;
  /** It is in a timed wait from now on, until that time of the clock; null: it is at work again. */
  setDue(seq: number, dueAt: number | null): void;
  /** Its time had passed before it was gone on with; `end` is called when its turn comes. */
  setOverdue(seq: number, end: () => void): void;
  /** Ends the overdue wait whose time passed first, as if nobody had been away; false when there is none. */
  endOverdue(): boolean;
  /** Its answer is on its way: nothing waits for a person or a time any more. */
  setEnding(seq: number): void;
  /** It has its answer. */
  delete(seq: number): void;
  /** The hook no longer wants it: what carries it out is told to stop. */
  drop(seq: number): void;
  /** Drops what has no effect outside once the hook has finished: timers and waits. */
  dropWaits(): void;
  dropAll(): void;
  /**
   * Drops all that may be begun again. Gives when the first timed wait was to end, in monotonic milliseconds of the clock; null:
   * there was none.
   */
  dropRepeatable(): number | null;
  /** When nothing is left but waits - for a person, or for a time not before `horizon` -: what it waits for. */
  restsOn(horizon: number): Rest | null;
}

export interface Rest {
  /** The checkpoint of the first wait for a person; null when there is none. */
  checkpointId: string | null;
  /** When the first timed wait ends, in monotonic milliseconds of the clock; null when there is none. */
  dueAt: number | null;
}

export interface PendingEffectOptions {
  /** Set when it waits for a person. */
  checkpointId: string | null;
  /** When it ends, in monotonic milliseconds of the clock, for timed waits. */
  dueAt: number | null;
  /** Carried on when the hook has finished without awaiting it. */
  outlivesHook: boolean;
  /** It must not be begun twice. */
  isOnce?: boolean;
}

type PendingEffect = PendingEffectOptions & { abort: AbortController; overdue?: () => void };

export function createPendingEffects(): PendingEffects {
  const effects = new Map<number, PendingEffect>();
  const drop = (seq: number): void => {
    const effect = effects.get(seq);
    effects.delete(seq);
    effect?.abort.abort(new Error("given up by the hook"));
  };
  return {
    get size() {
      return effects.size;
    },
    add: (seq, options) => {
      const abort = new AbortController();
      effects.set(seq, { ...options, abort });
      return abort.signal;
    },
    has: (seq) => effects.has(seq),
    setDue: (seq, dueAt) => {
      const effect = effects.get(seq);
      if (effect !== undefined) effect.dueAt = dueAt;
    },
    setOverdue: (seq, end) => {
      const effect = effects.get(seq);
      if (effect !== undefined) effect.overdue = end;
    },
    endOverdue: () => {
      const overdue = [...effects.values()].filter((effect) => effect.overdue !== undefined);
      const first = overdue.toSorted((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0))[0];
      if (first === undefined) return false;
      const { overdue: end } = first;
      delete first.overdue;
      end?.();
      return true;
    },
    setEnding: (seq) => {
      const effect = effects.get(seq);
      if (effect !== undefined) Object.assign(effect, { checkpointId: null, dueAt: null });
    },
    delete: (seq) => void effects.delete(seq),
    drop,
    dropWaits: () => {
      for (const [seq, { outlivesHook }] of effects) if (!outlivesHook) drop(seq);
    },
    dropAll: () => {
      for (const seq of effects.keys()) drop(seq);
    },
    dropRepeatable: () => {
      const dueAt = firstDueAt(effects.values());
      for (const [seq, { isOnce }] of effects) if (isOnce !== true) drop(seq);
      return dueAt;
    },
    restsOn: (horizon) => restOf([...effects.values()], horizon),
  };
}

function restOf(effects: readonly PendingEffect[], horizon: number): Rest | null {
  const rests = effects.every(({ checkpointId, dueAt }) => checkpointId !== null || (dueAt ?? -1) >= horizon);
  if (!rests || effects.length === 0) return null;
  const checkpointId = effects.find((effect) => effect.checkpointId !== null)?.checkpointId ?? null;
  return { checkpointId, dueAt: firstDueAt(effects) };
}

function firstDueAt(effects: Iterable<PendingEffect>): number | null {
  const times = [...effects].flatMap(({ dueAt }) => dueAt ?? []);
  return times.length === 0 ? null : Math.min(...times);
}
