import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it, onTestFinished } from "vitest";
import { followEvents, type FollowOptions, type ServerEvent } from "../../src/client/follow-events.ts";
import { logEvent, serveEvents, stream } from "./support/event-server.ts";

interface Followed {
  seen: ServerEvent[];
  connection: boolean[];
  /** Resolves once so many events were told. */
  until(count: number): Promise<void>;
  stop(): void;
  ended: Promise<void>;
}

function follow(url: string, more: Partial<FollowOptions> = {}): Followed {
  const seen: ServerEvent[] = [];
  const connection: boolean[] = [];
  const stopping = new AbortController();
  const waiting = new Set<() => void>();
  const ended = followEvents({
    url,
    path: "/v1/tasks/tsk_1/events",
    token: () => "tbx_1",
    signal: stopping.signal,
    onConnection: (isOpen) => connection.push(isOpen),
    ...more,
    onEvent: (event) => {
      more.onEvent?.(event);
      seen.push(event);
      for (const look of waiting) look();
    },
  });
  ended.catch(() => {});
  onTestFinished(() => stopping.abort());
  const until = (count: number): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (seen.length >= count) resolve();
      };
      waiting.add(look);
      look();
    });
  return { seen, connection, until, stop: () => stopping.abort(), ended };
}

const messages = (seen: ServerEvent[]): string[] =>
  seen.map((event) => (event.type === "log" ? event.row.message : event.type));

describe("following events", () => {
  it("comes back after the last event told when a stream ends", async () => {
    const { url, requests } = await serveEvents(
      stream(logEvent("0.1", "one") + logEvent("0.2", "two"), { ends: true }),
      stream(logEvent("0.3", "three")),
    );
    const { seen, connection, until, stop, ended } = follow(url);
    await until(3);
    stop();
    await ended;
    expect(messages(seen)).toEqual(["one", "two", "three"]);
    expect(requests.map(({ headers }) => headers["last-event-id"])).toEqual([undefined, "0.2"]);
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer tbx_1", "Bearer tbx_1"]);
    expect(connection).toEqual([true, false, true]);
  });

  it("comes back when a connection breaks in the middle of an event, and is not told half of it", async () => {
    const { url, requests } = await serveEvents(
      (request, response) => {
        stream(`${logEvent("0.1", "one")}id: 0.2\nevent: log\ndata: {"cur`)(request, response);
        setImmediate(() => response.destroy());
      },
      stream(logEvent("0.2", "two")),
    );
    const { seen, until } = follow(url);
    await until(2);
    expect(messages(seen)).toEqual(["one", "two"]);
    expect(requests[1]?.headers["last-event-id"]).toBe("0.1");
  });

  it("comes back when nothing is heard for too long", async () => {
    const { url, requests } = await serveEvents((request, response) => {
      const isFirst = request.headers["last-event-id"] === undefined;
      stream(isFirst ? logEvent("0.1", "one") : logEvent("0.2", "two"))(request, response);
    });
    const { seen, until } = follow(url, { silenceMs: 300 });
    await until(2);
    expect(messages(seen)).toEqual(["one", "two"]);
    expect(requests.length).toBeGreaterThan(1);
  });

  it("tries again while the server cannot answer, and begins after the event that was named", async () => {
    const { url, requests } = await serveEvents(
      stream("", { ends: true }),
      (_request, response) => void response.writeHead(503).end("proxy: no upstream"),
      stream(logEvent("4.8", "late")),
    );
    const { seen, until } = follow(url, { lastEventId: "4.7" });
    await until(1);
    expect(messages(seen)).toEqual(["late"]);
    expect(requests.map(({ headers }) => headers["last-event-id"])).toEqual(["4.7", "4.7", "4.7"]);
  });

  it("gives up when it is refused, with the server's code", async () => {
    const problem = { code: "UNAUTHORIZED", detail: "authorization: no valid token.", status: 401 };
    const { url, requests } = await serveEvents(
      (_request, response) =>
        void response
          .writeHead(401, { "content-type": "application/problem+json" })
          .end(JSON.stringify(problem)),
    );
    await expect(follow(url).ended).rejects.toMatchObject({ code: "UNAUTHORIZED", status: 401 });
    expect(requests.length).toBe(1);
  });

  it("ends with what the listener throws", async () => {
    const { url } = await serveEvents(stream(logEvent("0.1", "one")));
    const onEvent = (): never => {
      throw new Error("no room");
    };
    await expect(follow(url, { onEvent }).ended).rejects.toThrow("no room");
  });

  it("leaves out events it does not know", async () => {
    const { url } = await serveEvents(stream(`event: later\ndata: {}\n\nevent: hello\ndata: {}\n\n`));
    const { seen, until } = follow(url);
    await until(1);
    expect(seen).toEqual([{ type: "hello" }]);
  });

  it("ends when it is asked to, also when garbage was collected since it began", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const { url } = await serveEvents(stream(logEvent("0.1", "one")));
    const { until, stop, ended } = follow(url);
    await until(1);
    for (let turn = 0; turn < 20; turn += 1) {
      collect();
      await new Promise((resolve) => setImmediate(resolve));
    }
    stop();
    await ended;
  });
});
