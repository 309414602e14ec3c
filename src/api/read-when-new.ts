import type { Clock } from "../clock.ts";
import type { TaskFeed } from "../feed/task-feed.ts";
import type { TaskSummary } from "../feed/task-summary.ts";

export interface NewsWait {
  feed: Pick<TaskFeed, "follow" | "followWrites">;
  clock: Clock;
  /** The task, or the operation whose hooks count too. */
  taskId: string;
  /** True: a line of the log counts too. */
  withLog: boolean;
  seconds: number;
  /** Aborts when nobody waits any more. */
  signal: AbortSignal;
}

/**
 * Reads until what is read `isNew`, or the time is up; gives what was read last. Rejects with what `read` throws.
 *
 * 1. It is followed before the first read: what changes during a read is read again.
 * 2. What is given when the time is up was read after that.
 */
export async function readWhenNew<T>(
  { feed, clock, taskId, withLog, seconds, signal }: NewsWait,
  read: () => Promise<T>,
  isNew: (state: T) => boolean,
): Promise<T> {
  let changed = Promise.withResolvers<void>();
  const look = (task: TaskSummary): void => {
    if (task.id === taskId || task.parentId === taskId) changed.resolve();
  };
  const following = [
    feed.follow(({ task }) => look(task)),
    ...(withLog ? [feed.followWrites((task) => look(task))] : []),
  ];
  const answered = new AbortController();
  let isTimeUp = false;
  const timeUp = clock.sleep(seconds * 1000, AbortSignal.any([answered.signal, signal])).then(
    () => void (isTimeUp = true),
    () => {},
  );
  try {
    for (;;) {
      const isLast = isTimeUp;
      changed = Promise.withResolvers<void>();
      const found = await read();
      if (isLast || isNew(found)) return found;
      await Promise.race([changed.promise, timeUp]);
      if (signal.aborted) return found;
    }
  } finally {
    for (const unfollow of following) unfollow();
    answered.abort();
  }
}
