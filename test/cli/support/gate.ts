import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** A server beside the NAS that hooks wait at, so that a test knows they are live, and says when they go on. */
export interface Gate {
  /** `host:port`, for `--allow`. */
  address: string;
  /** A hook that waits here, between two lines of its log. */
  hook(id: string): { id: string; scriptContent: string };
  /** Resolves when somebody waits here under that name, the `nth` time it comes. */
  came(name: string, nth?: number): Promise<void>;
  /** Lets all go on, those that wait and those to come. */
  open(): void;
  /** How often each was here. */
  visits: Map<string, number>;
}

export async function openGate(): Promise<Gate> {
  const visits = new Map<string, number>();
  const waiting = new Set<ServerResponse>();
  let look: (() => void)[] = [];
  let isOpen = false;
  const server = createServer((request, response) => {
    const name = (request.url ?? "").slice(1);
    visits.set(name, (visits.get(name) ?? 0) + 1);
    if (isOpen) response.end("go");
    else waiting.add(response);
    for (const tell of look) tell();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    address,
    hook: (id) => ({
      id,
      scriptContent: `export async function run(ctx) {
        ctx.log("before ${id}");
        await ctx.emitCheckpoint("${id}-begun");
        const response = await fetch("http://${address}/${id}");
        ctx.log("after ${id}: " + (await response.text()));
      }`,
    }),
    came: (name, nth = 1) =>
      new Promise((resolve) => {
        const tell = (): void => {
          if ((visits.get(name) ?? 0) >= nth) resolve();
        };
        look = [...look, tell];
        tell();
      }),
    open: () => {
      isOpen = true;
      for (const response of waiting) response.end("go");
      waiting.clear();
    },
    visits,
  };
}
