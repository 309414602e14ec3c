import type { EventEmitter } from "node:events";

interface Notification {
  channel: string;
  payload?: string;
}

/** The channels BullMQ's SQL posts to; it subscribes to them later than it reads, so we do it on connecting. */
export const listenToBull = "listen bullmq_jobs; listen bullmq_events";

/**
 * Keeps notifications that come while nobody listens on `client`, and hands them to the next listener. BullMQ looks for
 * news first and listens afterwards; what is announced in between would otherwise be seen only when its
 * ten-second block ends. A notification that turns out to be old costs one query.
 */
export function holdNotifications(client: EventEmitter): void {
  const held = new Map<string, Notification>();
  client.on("notification", (message: Notification) => {
    if (client.listenerCount("notification") === 1)
      held.set(`${message.channel} ${message.payload}`, message);
  });
  client.on("newListener", (event, listener: (message: Notification) => void) => {
    if (event !== "notification" || held.size === 0) return;
    const messages = [...held.values()];
    held.clear();
    queueMicrotask(() => messages.forEach((message) => listener(message)));
  });
}
