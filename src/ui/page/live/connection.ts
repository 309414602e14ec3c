import { effect, signal, untracked } from "@preact/signals";
import type { EventSourceMessage } from "eventsource-parser";
import { ApiError } from "../../../client/api-error.ts";
import { failureText } from "../api.ts";
import { route } from "../navigation.ts";
import { token } from "../session.ts";
import type { Task } from "../views.ts";
import { followEvents } from "./event-stream.ts";
import { applyView, forgetTasks, listState, refresh, removeTask, taskFilter } from "./task-store.ts";

/*
 * How the page stays up to date.
 * 1. One stream of events for the whole page. When it breaks it is opened again and goes on after the last event seen.
 * 2. Until it is open again, the screen is read every few seconds (with ETag, so that it costs nothing when nothing
 *    changed). Where streams never get through, that is how the page goes on.
 * 3. When neither works, the page says that it is offline, and keeps trying.
 * 4. A page in the background lets go of its stream after a while: a browser has few connections to one server.
 */
export type Connection = "connecting" | "live" | "polling" | "offline";

export const connection = signal<Connection>("connecting");

const pollMs = 2500;
/** After that many broken streams in a row, one is tried only now and then. */
const patience = 3;
const backgroundMs = 60_000;

let lastEventId: string | null = null;

/** Begins to follow the server whenever somebody is signed in. */
export function startConnection(): void {
  effect(() => {
    if (token.value === null) return undefined;
    const stopping = new AbortController();
    untracked(() => void keepUp(stopping.signal));
    return () => {
      stopping.abort();
      lastEventId = null;
      forgetTasks();
    };
  });
  effect(() => {
    // Another filter or another task: what is not known of it is read.
    const wanted = `${JSON.stringify(taskFilter.value)} ${route.value.view} ${route.value.id ?? ""}`;
    if (token.value === null || wanted === "") return undefined;
    const stopping = new AbortController();
    untracked(() => void readScreen(stopping.signal));
    return () => stopping.abort();
  });
}

async function readScreen(stopping: AbortSignal): Promise<void> {
  try {
    await refresh(stopping);
  } catch (error) {
    if (stopping.aborted) return;
    listState.value = { ...listState.value, failure: failureText(error) };
  }
}

async function keepUp(stopping: AbortSignal): Promise<void> {
  let broken = 0;
  let round = 0;
  while (!stopping.aborted) {
    round += 1;
    if (broken < patience || round % 6 === 0) {
      const opened = await follow(stopping);
      broken = opened ? 0 : broken + 1;
    }
    if (stopping.aborted) return;
    const wasOffline = connection.value === "offline";
    await poll(stopping, broken);
    // The server is back: its streams may work again too.
    if (wasOffline && connection.value !== "offline") broken = 0;
    else await pause(broken === 0 ? 250 : pollMs, stopping);
  }
}

/** Follows the stream until it ends; true when it was open. */
async function follow(stopping: AbortSignal): Promise<boolean> {
  const background = watchBackground(stopping);
  let opened = false;
  try {
    await background.foreground;
    await followEvents({
      path: "/v1/events",
      lastEventId,
      signal: AbortSignal.any([stopping, background.signal]),
      onOpen: () => {
        opened = true;
        connection.value = "live";
        // What happened before the stream was open, or while it was away, is read.
        void readScreen(stopping);
      },
      onEvent: (message) => take(message, stopping),
    });
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return false;
  } finally {
    background.stop();
  }
  return opened;
}

function take({ event, data, id }: EventSourceMessage, stopping: AbortSignal): void {
  if (id !== undefined) lastEventId = id;
  if (event === "resync") {
    lastEventId = null;
    void readScreen(stopping);
  } else if (event === "task.removed") {
    removeTask((JSON.parse(data) as { id: string }).id);
  } else if (event === "task.created" || event === "task.updated") {
    applyView(JSON.parse(data) as Task);
  }
}

async function poll(stopping: AbortSignal, broken: number): Promise<void> {
  try {
    await refresh(stopping);
    if (!stopping.aborted) connection.value = broken === 0 ? "connecting" : "polling";
  } catch {
    if (!stopping.aborted) connection.value = "offline";
  }
}

/** Resolves after that time, or as soon as the machine is back on a network. */
async function pause(ms: number, stopping: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const done = new AbortController();
  addEventListener("online", () => resolve(), { signal: done.signal });
  stopping.addEventListener("abort", () => resolve(), { signal: done.signal });
  await promise;
  clearTimeout(timer);
  done.abort();
}

interface BackgroundWatch {
  /** Resolves when somebody can see the page. */
  foreground: Promise<void>;
  /** Aborts when nobody has seen it for a while. */
  signal: AbortSignal;
  stop(): void;
}

function watchBackground(stopping: AbortSignal): BackgroundWatch {
  const away = new AbortController();
  const done = new AbortController();
  const seen = Promise.withResolvers<void>();
  let timer = 0;
  const look = (): void => {
    clearTimeout(timer);
    if (document.visibilityState === "visible") seen.resolve();
    else timer = setTimeout(() => away.abort(), backgroundMs);
  };
  document.addEventListener("visibilitychange", look, { signal: done.signal });
  stopping.addEventListener("abort", () => seen.resolve(), { signal: done.signal });
  look();
  return {
    foreground: seen.promise,
    signal: away.signal,
    stop: () => {
      clearTimeout(timer);
      done.abort();
    },
  };
}
