import type { Clock } from "../clock.ts";
import type { TaskFeed } from "../feed/task-feed.ts";

export interface ChangeWait {
  feed: TaskFeed;
  clock: Clock;
  seconds: number;
  /** Aborts when nobody waits any more. */
  signal: AbortSignal;
}

/** Resolves at the first change that `concerns` is true for, or when the time is up. */
export async function waitForChange(
  { feed, clock, seconds, signal }: ChangeWait,
  concerns: (taskId: string) => boolean,
): Promise<void> {
  const changed = new AbortController();
  const unfollow = feed.follow(({ task }) => {
    if (concerns(task.id)) changed.abort(new Error("changed"));
  });
  try {
    await clock.sleep(seconds * 1000, AbortSignal.any([changed.signal, signal]));
  } catch (error) {
    if (!changed.signal.aborted && !signal.aborted) throw error;
  } finally {
    unfollow();
  }
}
