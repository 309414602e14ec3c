import type { JsonObject } from "../../json.ts";
import {
  type AppBehaviour,
  type AppReply,
  type AppRequest,
  defaultAppBehaviour,
  type RecordedRequest,
} from "./app-behaviour.ts";
import type { NasStore, StoredApp } from "./nas-store.ts";

/** What the apps' behaviours keep and what the apps have seen. */
export interface AppMemories {
  of(name: string): AppMemory;
  /** Lets the behaviour answer and keeps what it changed. */
  answer(app: StoredApp, behaviour: AppBehaviour | undefined, request: AppRequest): AppReply;
  record(name: string, request: RecordedRequest): void;
  forget(name: string): void;
}

export interface AppMemory {
  data: JsonObject;
  requests: RecordedRequest[];
}

export function createAppMemories(store: NasStore): AppMemories {
  const memories = new Map<string, AppMemory>();

  function memoryOf(name: string): AppMemory {
    const memory = memories.get(name) ?? { data: store.loadAppData(name), requests: [] };
    memories.set(name, memory);
    return memory;
  }

  return {
    of: memoryOf,
    answer: (app, behaviour, request) => {
      const memory = memoryOf(app.name);
      const before = JSON.stringify(memory.data);
      const { name, version } = app;
      const state = { name, version, values: structuredClone(app.values), data: memory.data };
      try {
        return behaviour?.(request, state) ?? defaultAppBehaviour(request, state);
      } finally {
        memory.data = state.data;
        if (JSON.stringify(memory.data) !== before) store.saveAppData(app.name, memory.data);
      }
    },
    record: (name, request) => void memoryOf(name).requests.push(request),
    forget: (name) => {
      memories.delete(name);
      store.removeApp(name);
    },
  };
}
