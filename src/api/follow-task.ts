import { errorText } from "../errors.ts";
import type { ApiServices } from "./api-services.ts";
import { toComment, toFrame, type EventStream } from "./event-stream.ts";
import { readTask } from "./routes/task-routes.ts";
import { readTaskLog } from "./task-log.ts";

const portion = 500;

/**
 * Tells one client of a task: how it stands, with its hooks, each time that has changed, and each line of its log once,
 * from the one after `after` on.
 */
export async function followTask(
  { feed, tacklebox, datastore }: ApiServices,
  client: EventStream,
  { id, after }: { id: string; after: string },
): Promise<void> {
  let cursor = /^\d{1,9}\.\d{1,9}$/.test(after) ? after : "0.0";
  let tag = "";
  let changed = Promise.withResolvers<void>();
  const unfollow = feed.followWrites((task) => {
    if (task.id === id || task.parentId === id) changed.resolve();
  });
  client.signal.addEventListener("abort", () => changed.resolve(), { once: true });
  try {
    while (!client.signal.aborted) {
      const now = await readTask({ feed, tacklebox }, id, ["children"]);
      if (now.tag !== tag) client.send(toFrame({ event: "task.updated", data: now.json }));
      tag = now.tag;
      for (;;) {
        const log = await readTaskLog(tacklebox, id, { after: cursor, limit: portion, level: "debug" });
        for (const row of log.items) {
          client.send(toFrame({ id: row.cursor, event: "log", data: JSON.stringify(row) }));
        }
        cursor = log.next;
        if (log.items.length < portion) break;
      }
      await changed.promise;
      changed = Promise.withResolvers<void>();
    }
  } catch (error) {
    // The client comes back by itself, and is told then what it missed.
    client.send(toComment(`${datastore.displayUrl} cannot be read: ${errorText(error)}`));
    client.end();
  } finally {
    unfollow();
  }
}
