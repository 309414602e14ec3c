import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

type Script = (request: IncomingMessage, response: ServerResponse) => void;

/** A server that answers the first request as the first script says, and so on; later ones as the last. */
export async function serveEvents(
  ...scripts: Script[]
): Promise<{ url: string; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    const script = scripts[Math.min(requests.length, scripts.length - 1)];
    requests.push(request);
    script?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** Tells these events and keeps the stream open, or ends it. */
export function stream(text: string, { ends = false } = {}): Script {
  return (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`retry: 5\n\n${text}`);
    if (ends) response.end();
  };
}

export const logEvent = (id: string, message: string): string =>
  `id: ${id}\nevent: log\ndata: ${JSON.stringify({ cursor: id, message })}\n\n`;
