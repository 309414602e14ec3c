import { createConnection, createServer, type AddressInfo, type Socket } from "node:net";

/** Passes bytes on to a server, and can cut a connection at a chosen moment. */
export interface CuttingProxy {
  readonly url: string;
  /** Drops the server's next answer, after the server has done what was asked, and cuts that connection. */
  cutNextAnswer(): Promise<void>;
  /** Hands the server half of what it is sent next, and cuts that connection. */
  cutNextRequest(): Promise<void>;
  close(): Promise<void>;
}

export async function startCuttingProxy(targetUrl: string): Promise<CuttingProxy> {
  const target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  let onCut: (() => void) | null = null;
  let onRequestCut: (() => void) | null = null;
  const server = createServer((client) => {
    const upstream = createConnection(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on("data", (chunk: Buffer) => {
      if (onRequestCut === null) {
        upstream.write(chunk);
        return;
      }
      onRequestCut();
      onRequestCut = null;
      upstream.end(chunk.subarray(0, chunk.length / 2));
      client.destroy();
    });
    upstream.on("data", (chunk) => {
      if (onCut === null) {
        client.write(chunk);
        return;
      }
      onCut();
      onCut = null;
      client.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(targetUrl);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    cutNextAnswer: () =>
      new Promise((resolve) => {
        onCut = resolve;
      }),
    cutNextRequest: () =>
      new Promise((resolve) => {
        onRequestCut = resolve;
      }),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
