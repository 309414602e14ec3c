import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestProject } from "vitest/node";
import {
  findServerProgram,
  startPostgres,
  startRedis,
  type ProgramKind,
  type ServerKind,
  type TestServer,
} from "./servers.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Which servers, and whether the browser, are installed. */
    servers: Record<ProgramKind, boolean>;
    /** Where a suite asks for a server; it is started for the first one that asks and shared by the others. */
    serverDesk: string;
  }
}

const started = new Map<ServerKind, Promise<TestServer>>();
let redisDatabases = 0;

const desk = createServer((request, response) => {
  const kind: ServerKind = request.url === "/redis" ? "redis" : "postgres";
  const server = started.get(kind) ?? (kind === "redis" ? startRedis() : startPostgres());
  started.set(kind, server);
  server.then(
    ({ url }) => response.end(kind === "redis" ? `${url}/${++redisDatabases}` : url),
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
});

/** One Redis and one PostgreSQL for the whole run, each started when the first suite asks for it. */
export async function setup(project: TestProject): Promise<void> {
  await new Promise<void>((resolve) => desk.listen(0, "127.0.0.1", resolve));
  project.provide("serverDesk", `http://127.0.0.1:${(desk.address() as AddressInfo).port}`);
  project.provide("servers", {
    redis: findServerProgram("redis") !== null,
    postgres: findServerProgram("postgres") !== null,
    chromium: findServerProgram("chromium") !== null,
  });
}

export async function teardown(): Promise<void> {
  desk.closeAllConnections();
  await new Promise((resolve) => desk.close(resolve));
  const servers = await Promise.allSettled(started.values());
  for (const server of servers) if (server.status === "fulfilled") await server.value.stop();
}
