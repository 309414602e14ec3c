import type { Signal } from "@preact/signals";
import { api, ask, failureText } from "../api.ts";
import type { Log, LogRow } from "../views.ts";
import { followEvents } from "./event-stream.ts";

export interface LogFollower {
  taskId: string;
  /** True: nothing more will be logged. */
  isOver: boolean;
  add(rows: readonly LogRow[]): void;
  /** Gets what went wrong, for people; empty while all is well. */
  failure: Signal<string>;
  signal: AbortSignal;
}

const pageRows = 500;
const againMs = 2500;

/** Reads a task's log from its beginning, then as it grows: by its stream, or where streams fail by asking again. */
export async function followLog(follower: LogFollower): Promise<void> {
  const { taskId, isOver, failure, signal } = follower;
  const path = `/v1/tasks/${encodeURIComponent(taskId)}`;
  let after: string | null = null;
  while (!signal.aborted) {
    try {
      after = await readRows(follower, after);
      failure.value = "";
      if (isOver) return;
      await followEvents({
        path: `${path}/events`,
        lastEventId: after,
        signal,
        // Rows that came between the reading and the opening.
        onOpen: () => void readRows(follower, after).catch(() => {}),
        onEvent: ({ event, data }) => {
          if (event !== "log") return;
          const row = JSON.parse(data) as LogRow;
          after = row.cursor;
          follower.add([row]);
        },
      });
    } catch (error) {
      if (signal.aborted) return;
      failure.value = failureText(error);
    }
    await new Promise<void>((resolve) => {
      setTimeout(resolve, againMs);
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }
}

/** Reads all rows after that cursor; gives the last one's. */
async function readRows({ taskId, add, signal }: LogFollower, from: string | null): Promise<string | null> {
  let after = from;
  for (;;) {
    const query = { level: "debug", limit: pageRows, ...(after === null ? {} : { after }) } as const;
    const page: Log = await ask(
      api.GET("/v1/tasks/{id}/logs", { params: { path: { id: taskId }, query }, signal }),
    );
    add(page.items);
    after = page.items.at(-1)?.cursor ?? after;
    if (page.items.length < pageRows) return after;
  }
}
