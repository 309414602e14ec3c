/** A fixed number of places; who finds none waits in line. */
export interface Slots {
  /** Resolves once there is a place; rejects with the signal's reason when it is aborted first. */
  take(signal: AbortSignal): Promise<void>;
  /** Gives a place back. */
  free(): void;
}

export function createSlots(count: number): Slots {
  let taken = 0;
  const waiting = new Set<() => void>();
  return {
    async take(signal) {
      signal.throwIfAborted();
      if (taken < count) {
        taken += 1;
        return;
      }
      await new Promise<void>((resolve, reject) => {
        const onAbort = (): void => {
          waiting.delete(onFree);
          reject(signal.reason as Error);
        };
        const onFree = (): void => {
          signal.removeEventListener("abort", onAbort);
          resolve();
        };
        signal.addEventListener("abort", onAbort, { once: true });
        waiting.add(onFree);
      });
    },
    free() {
      const [next] = waiting;
      if (next === undefined) {
        taken -= 1;
        return;
      }
      waiting.delete(next);
      next();
    },
  };
}
