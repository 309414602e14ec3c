/** The effects of one attempt that the hook waits for, by sequence number. */
export interface PendingEffects {
  readonly size: number;
  add(seq: number, effect: PendingEffectOptions): AbortSignal;
  has(seq: number): boolean;
  /** It has its answer. */
  delete(seq: number): void;
  /** The hook no longer wants it: what carries it out is told to stop. */
  drop(seq: number): void;
  /** Drops what has no effect outside once the hook has finished: timers and waits. */
  dropWaits(): void;
  dropAll(): void;
  /** When everything left waits for a person: the checkpoint of the first; else null. */
  parkedAt(): string | null;
}

export interface PendingEffectOptions {
  /** Set when it waits for a person. */
  checkpointId: string | null;
  /** Carried on when the hook has finished without awaiting it. */
  outlivesHook: boolean;
}

export function createPendingEffects(): PendingEffects {
  const effects = new Map<number, PendingEffectOptions & { abort: AbortController }>();
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
    delete: (seq) => void effects.delete(seq),
    drop,
    dropWaits: () => {
      for (const [seq, { outlivesHook }] of effects) if (!outlivesHook) drop(seq);
    },
    dropAll: () => {
      for (const seq of effects.keys()) drop(seq);
    },
    parkedAt: () => {
      const all = [...effects.values()];
      return all.every(({ checkpointId }) => checkpointId !== null) ? (all[0]?.checkpointId ?? null) : null;
    },
  };
}
