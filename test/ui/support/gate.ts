import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * Where hooks of the tests wait: a request to `/<name>` is answered when the test opens that gate, so that a test decides
 * how far a hook is, and never guesses.
 */
export interface Gate {
  /** `host:port`, to be allowed to hooks. */
  readonly host: string;
  /** The address a hook fetches to wait at that gate. */
  at(name: string): string;
  /** Resolves when a hook stands at that gate. */
  reached(name: string): Promise<void>;
  /** Lets through who stands there, and who comes later. */
  open(name: string): void;
  close(): Promise<void>;
}

export async function openGate(): Promise<Gate> {
  const opened = new Set<string>();
  const waiting = new Map<string, ServerResponse[]>();
  const arrivals = new Map<string, PromiseWithResolvers<void>>();
  const arrivalAt = (name: string): PromiseWithResolvers<void> => {
    const arrival = arrivals.get(name) ?? Promise.withResolvers<void>();
    arrivals.set(name, arrival);
    return arrival;
  };
  const server = createServer((request, response) => {
    const name = (request.url ?? "/").slice(1);
    arrivalAt(name).resolve();
    if (opened.has(name)) response.end("open");
    else waiting.set(name, [...(waiting.get(name) ?? []), response]);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    at: (name) => `http://${host}/${name}`,
    reached: (name) => arrivalAt(name).promise,
    open: (name) => {
      opened.add(name);
      for (const response of waiting.get(name) ?? []) response.end("open");
      waiting.delete(name);
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
