import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { inject } from "vitest";
import type { ServerKind } from "./servers.ts";

export { testDatastoreOptions } from "./test-datastore-options.ts";

const servers = inject("servers");

/** False when the server is not installed; `describe.skipIf(!hasRedis)`. */
export const hasRedis: boolean = servers.redis;
export const hasPostgres: boolean = servers.postgres;

/** A URL to use, and how to give back what is behind it. */
export interface TestDatastore {
  url: string;
  remove(): Promise<void>;
}

/** The three kinds, for `describe.each` or a loop; `create` makes a fresh, empty one each time. */
export const testDatastores: { kind: string; available: boolean; create: () => Promise<TestDatastore> }[] = [
  { kind: "pglite", available: true, create: createPglite },
  { kind: "redis", available: hasRedis, create: async () => kept(await testRedisUrl()) },
  { kind: "postgres", available: hasPostgres, create: async () => kept(await testPostgresUrl()) },
];

/** URL of an empty database number on the shared Redis. */
export function testRedisUrl(): Promise<string> {
  return askDesk("redis");
}

/** URL of a fresh database on the shared PostgreSQL. */
export async function testPostgresUrl(): Promise<string> {
  const server = await askDesk("postgres");
  const name = `test_${randomBytes(6).toString("hex")}`;
  const admin = new Client({ connectionString: server });
  await admin.connect();
  try {
    await admin.query(`create database ${name}`);
  } finally {
    await admin.end();
  }
  return server.replace(/\/postgres$/, `/${name}`);
}

/** An empty folder for a PGlite. */
export async function createPglite(): Promise<TestDatastore> {
  const folder = await mkdtemp(join(tmpdir(), "tacklebox-pglite-"));
  return {
    url: `pglite:${join(folder, "box")}`,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function kept(url: string): TestDatastore {
  return { url, remove: () => Promise.resolve() };
}

async function askDesk(kind: ServerKind): Promise<string> {
  const response = await fetch(`${inject("serverDesk")}/${kind}`);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}
