import { setTimeout as delay } from "node:timers/promises";
import { Client } from "undici";

/** Many clients that each ask once a second, on a connection of their own. */
export interface Pollers {
  /** Milliseconds from each request to its whole answer, of so many seconds. */
  poll(seconds: number): Promise<number[]>;
  close(): Promise<void>;
}

export interface PollersOptions {
  origin: string;
  count: number;
  /** What the client with that number asks for now. */
  pathOf(client: number): string;
  /** Absent: without a token and without conditions. */
  token?: string;
}

interface Poller {
  client: Client;
  path: string;
  tag: string | null;
}

/** Opens the connections. */
export function openPollers({ origin, count, pathOf, token }: PollersOptions): Pollers {
  const pollers = Array.from({ length: count }, (): Poller => ({
    client: new Client(origin, { keepAliveTimeout: 60_000 }),
    path: "",
    tag: null,
  }));
  const ask = async (poller: Poller, place: number): Promise<number> => {
    const path = pathOf(place);
    if (path !== poller.path) Object.assign(poller, { path, tag: null });
    const startedAt = performance.now();
    const { statusCode, headers, body } = await poller.client.request({
      path,
      method: "GET",
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(poller.tag === null ? {} : { "if-none-match": poller.tag }),
      },
    });
    await body.text();
    const ms = performance.now() - startedAt;
    if (statusCode !== 200 && statusCode !== 304) throw new Error(`GET ${path}: ${statusCode}`);
    const { etag } = headers;
    if (token !== undefined && typeof etag === "string") poller.tag = etag;
    return ms;
  };
  return {
    poll: async (seconds) => {
      const answers: Promise<number>[] = [];
      const startedAt = performance.now();
      const total = count * seconds;
      while (answers.length < total) {
        const due = Math.min(total, Math.ceil(((performance.now() - startedAt) / 1000) * count));
        while (answers.length < due) {
          const place = answers.length % count;
          const answer = ask(pollers[place] as Poller, place);
          answer.catch(() => {});
          answers.push(answer);
        }
        await delay(2);
      }
      return await Promise.all(answers);
    },
    close: async () => void (await Promise.all(pollers.map(({ client }) => client.close()))),
  };
}
