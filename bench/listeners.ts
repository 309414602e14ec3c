import { Agent, request } from "undici";

/** Many clients that listen to the same events. */
export interface Listeners {
  /** Milliseconds from what so many events tell of to the last client that has them. */
  hear(events: number): Promise<number[]>;
  close(): Promise<void>;
}

export interface ListenersOptions {
  url: string;
  count: number;
  token: string | null;
  /** When the thing happened that an event tells of, in milliseconds since 1970; null: an event that does not count. */
  happenedAt(data: string): number | null;
}

interface Hearing {
  at: number | null;
  heard: number;
}

/** Connects them all; resolves when each has the head of its answer. */
export async function openListeners({ url, count, token, happenedAt }: ListenersOptions): Promise<Listeners> {
  const agent = new Agent({ connections: null, bodyTimeout: 0 });
  const stopping = new AbortController();
  const hearings = new Map<string, Hearing>();
  const delays: number[] = [];
  let onDelay = (): void => {};
  const hear = (frame: string): void => {
    if (!/^event: task\.updated$/m.test(frame)) return;
    const id = /^id: (\S+)$/m.exec(frame)?.[1];
    const data = /^data: (.*)$/m.exec(frame)?.[1];
    if (id === undefined || data === undefined) return;
    let hearing = hearings.get(id);
    if (hearing === undefined) {
      hearing = { at: happenedAt(data), heard: 0 };
      hearings.set(id, hearing);
    }
    hearing.heard += 1;
    if (hearing.heard !== count || hearing.at === null) return;
    delays.push(Date.now() - hearing.at);
    onDelay();
  };
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  for (let done = 0; done < count; done += 50) {
    const batch = Array.from({ length: Math.min(50, count - done) }, async () => {
      const { statusCode, body } = await request(url, {
        dispatcher: agent,
        headers,
        signal: stopping.signal,
      });
      if (statusCode !== 200) throw new Error(`GET ${url}: ${statusCode}`);
      let text = "";
      body.setEncoding("utf8");
      body.on("error", () => {});
      body.on("data", (chunk: string) => {
        const frames = (text + chunk).split("\n\n");
        text = frames.pop() ?? "";
        for (const frame of frames) hear(frame);
      });
    });
    await Promise.all(batch);
  }
  return {
    hear: async (events) => {
      delays.length = 0;
      const enough = Promise.withResolvers<void>();
      onDelay = () => delays.length >= events && enough.resolve();
      await enough.promise;
      return delays.slice(0, events);
    },
    close: async () => {
      stopping.abort();
      await agent.destroy();
    },
  };
}
