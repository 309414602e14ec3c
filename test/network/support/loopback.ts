import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createSecureServer, type ServerOptions } from "node:https";
import { createServer as createRawServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach } from "vitest";
import {
  createNetworkClient,
  type NetworkClientOptions,
} from "../../../src/network/create-network-client.ts";
import type {
  NetworkClient,
  NetworkObservation,
  NetworkPolicy,
  NetworkRequest,
  NetworkResponse,
} from "../../../src/network/network-client.ts";
import { closedPolicy } from "../../support/closed-policy.ts";

/** A request as a server saw it, its body read. */
export interface SeenRequest {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  body: string;
}

export interface TestServer {
  port: number;
  origin: string;
  seen: SeenRequest[];
  /** Sockets open now. */
  open(): number;
  /** Resolves when no socket is open. */
  untilIdle(): Promise<void>;
}

type Answer = (seen: SeenRequest, response: ServerResponse) => void;

const toClose: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of toClose.splice(0)) await close();
});

/** An HTTP server on a free loopback port, ended after the test. */
export async function serve(answer: Answer): Promise<TestServer> {
  const seen: SeenRequest[] = [];
  return track(createServer(toListener(seen, answer)), "http", seen);
}

/** The same over TLS. */
export async function serveSecure(options: ServerOptions, answer: Answer): Promise<TestServer> {
  const seen: SeenRequest[] = [];
  return track(createSecureServer(options, toListener(seen, answer)), "https", seen);
}

/** A server of bytes, for what no HTTP server would say. */
export async function serveRaw(onSocket: (socket: Socket) => void): Promise<TestServer> {
  return track(createRawServer(onSocket), "http", []);
}

/** A loopback port at which nothing listens. */
export async function unusedPort(): Promise<number> {
  const server = createRawServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A policy that allows nothing, but for what is given. */
export function policyOf(part: Partial<NetworkPolicy> = {}): NetworkPolicy {
  return { ...closedPolicy, appHost: "127.0.0.1", ...part };
}

export interface TestClient extends NetworkClient {
  observations: NetworkObservation[];
  /** A GET, unless said otherwise. */
  send(url: string, part?: Partial<NetworkRequest>, signal?: AbortSignal): Promise<NetworkResponse>;
}

/** A client that is closed after the test. */
export function createTestClient(
  policy: Partial<NetworkPolicy>,
  options: Omit<NetworkClientOptions, "policy" | "observe"> = {},
): TestClient {
  const observations: NetworkObservation[] = [];
  const client = createNetworkClient({
    ...options,
    policy: policyOf(policy),
    observe: (observation) => observations.push(observation),
  });
  toClose.push(() => client.close());
  return {
    request: (request, signal) => client.request(request, signal),
    close: () => client.close(),
    observations,
    send: (url, part, signal = new AbortController().signal) =>
      client.request({ url, method: "GET", headers: [], body: null, redirect: "follow", ...part }, signal),
  };
}

export function textOf(response: NetworkResponse): string {
  return new TextDecoder().decode(response.body ?? new Uint8Array());
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function toListener(seen: SeenRequest[], answer: Answer): RequestListener {
  return (request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      const entry = { method: request.method ?? "", url: request.url ?? "", headers: request.headers, body };
      seen.push(entry);
      answer(entry, response);
    });
  };
}

async function track(server: Server, scheme: string, seen: SeenRequest[]): Promise<TestServer> {
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => {
      sockets.delete(socket);
      if (sockets.size === 0) for (const wake of waiting) wake();
    });
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  toClose.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `${scheme}://127.0.0.1:${port}`,
    seen,
    open: () => sockets.size,
    untilIdle: () =>
      sockets.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.add(resolve)),
  };
}
