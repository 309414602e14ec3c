import type { Clock } from "../clock.ts";
import type { TaskFeed } from "../feed/task-feed.ts";

export interface ChangeWait {
  feed: TaskFeed;
  clock: Clock;
  seconds: number;
  /** Aborts when nobody waits any more. */
  signal: AbortSignal;
}

/** Resolves at the first change of a task that `isIt` is true for, or when the time is up. Rejects with what `isIt` throws. */
export async function waitForChange(
  { feed, clock, seconds, signal }: ChangeWait,
  isIt: (taskId: string) => Promise<boolean>,
): Promise<void> {
  const done = Promise.withResolvers<void>();
  const unfollow = feed.follow(({ task }) => {
    isIt(task.id).then((yes) => yes && done.resolve(), done.reject);
  });
  const late = new AbortController();
  try {
    const timeUp = clock.sleep(seconds * 1000, AbortSignal.any([late.signal, signal])).catch(() => {});
    await Promise.race([done.promise, timeUp]);
  } finally {
    unfollow();
    late.abort();
  }
}
