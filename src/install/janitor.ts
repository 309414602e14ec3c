import type { Clock } from "../clock.ts";

export interface JanitorOptions {
  clock: Clock;
  /** Must not reject. */
  work(): Promise<unknown>;
  signal: AbortSignal;
}

/** How long after a worker's start, and after each round, the next round comes. */
const everyMs = 10 * 60_000;

/** Works now and then until the signal aborts; resolves when the last round has ended. */
export async function runJanitor({ clock, work, signal }: JanitorOptions): Promise<void> {
  while (!signal.aborted) {
    const isStopped = await clock.sleep(everyMs, signal, { holdsProcess: false }).then(
      () => false,
      () => true,
    );
    if (!isStopped) await work();
  }
}
