import { Redis } from "ioredis";
import { errorCodeOf, errorText } from "../errors.ts";
import { createRedisBullFactory } from "./bull-factory.ts";
import { withDeadline } from "./deadline.ts";
import {
  createRedisDocumentStore,
  createRedisJournalStore,
  createRedisStoredValues,
} from "./redis-stores.ts";
import { newer, unreachable } from "./refusals.ts";
import type { ServerOptions } from "./server-options.ts";
import type { UnsealedDatastore } from "./stored-values.ts";

/** Shape of our keys in Redis; a change of it means a new number. */
const redisSchemaVersion = 1;

const longestPauseMs = 2000;

export interface RedisOptions extends ServerOptions {
  /** Begins every key, so that several tackleboxes can share a server. */
  prefix: string;
}

/** Connects to Redis. Entries are not sealed yet. */
export async function openRedisDatastore(
  target: { url: string; displayUrl: string },
  options: RedisOptions,
): Promise<UnsealedDatastore> {
  const { displayUrl } = target;
  const { prefix, outageMs } = options;
  const client = await connect(target, options.connectTimeoutMs);
  try {
    await checkSchema(client, prefix, displayUrl);
    const settings = await readSettings(client);
    const storeOptions = { client, prefix, displayUrl, outageMs };
    return {
      kind: "redis",
      displayUrl,
      durability: durabilityOf(settings),
      warnings: findRisks(settings),
      bull: createRedisBullFactory(client, `${prefix}:bull`),
      journals: createRedisJournalStore(storeOptions),
      documents: createRedisDocumentStore(storeOptions),
      values: createRedisStoredValues(storeOptions),
      close: async () => {
        client.disconnect();
        return Promise.resolve();
      },
    };
  } catch (error) {
    client.disconnect();
    throw errorCodeOf(error) === null ? unreachable(displayUrl, error, adviceFor(error)) : error;
  }
}

/** Connects once within `ms`; after that, ioredis reconnects for as long as it takes and sends again what was lost. */
async function connect(target: { url: string; displayUrl: string }, ms: number): Promise<Redis> {
  let isOpen = false;
  let lastError: unknown;
  const client = new Redis(target.url, {
    lazyConnect: true,
    connectTimeout: ms,
    // BullMQ asks for this: commands wait for the server to come back.
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (isOpen ? Math.min(50 * 2 ** Math.min(times, 10), longestPauseMs) : null),
    // After a failover the old server refuses writes: look for the new one and send the command again.
    reconnectOnError: (error) => (error.message.startsWith("READONLY") ? 2 : false),
  });
  client.on("error", (error) => {
    lastError = error;
  });
  try {
    await withDeadline(client.connect(), ms, () => new Error(`no answer within ${ms / 1000} seconds`));
    await withDeadline(client.ping(), ms, () => new Error(`no answer within ${ms / 1000} seconds`));
    isOpen = true;
    return client;
  } catch (error) {
    client.disconnect();
    const isVague = errorText(error).startsWith("Connection is closed");
    const cause = isVague && lastError !== undefined ? lastError : error;
    throw unreachable(target.displayUrl, cause, adviceFor(cause));
  }
}

function adviceFor(error: unknown): string | undefined {
  if (/Unknown RESP type|Protocol error/i.test(errorText(error))) {
    return "something else than Redis answers there; check host and port, and rediss:// for TLS.";
  }
  return /NOAUTH|WRONGPASS|NOPERM|invalid password/i.test(errorText(error))
    ? "check user and password in the URL, and what that user may do."
    : undefined;
}

async function checkSchema(client: Redis, prefix: string, displayUrl: string): Promise<void> {
  const key = `${prefix}:schema`;
  await client.setnx(key, redisSchemaVersion);
  const found = await client.get(key);
  if (Number(found) > redisSchemaVersion) {
    throw newer(displayUrl, `key "${key}" has version ${found}`, `version ${redisSchemaVersion} or older`);
  }
}

interface RedisSettings {
  /** Null where the server does not tell. */
  evictionPolicy: string | null;
  appendFsync: string | null;
  isAppendOnly: boolean;
  hasSnapshots: boolean | null;
}

/** Hosted servers often refuse CONFIG; what INFO tells must do then. */
async function readSettings(client: Redis): Promise<RedisSettings> {
  const info = await client.info();
  const fromInfo = (name: string): string | null =>
    new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1] ?? null;
  const fromConfig = async (name: string): Promise<string | null> => {
    const answer: unknown = await client.config("GET", name).catch(() => null);
    if (Array.isArray(answer)) return typeof answer[1] === "string" ? answer[1] : null;
    return null;
  };
  const save = await fromConfig("save");
  return {
    evictionPolicy: fromInfo("maxmemory_policy"),
    appendFsync: await fromConfig("appendfsync"),
    isAppendOnly: fromInfo("aof_enabled") === "1",
    hasSnapshots: save === null ? null : save !== "",
  };
}

function findRisks(settings: RedisSettings): string[] {
  const risks: string[] = [];
  const { evictionPolicy } = settings;
  if (evictionPolicy !== null && evictionPolicy !== "noeviction") {
    risks.push(
      `Redis runs with maxmemory-policy ${evictionPolicy}, so it may throw tasks away when memory runs short; set it ` +
        "to noeviction.",
    );
  }
  if (!settings.isAppendOnly && settings.hasSnapshots === false) {
    risks.push(
      "Redis keeps nothing on disk (appendonly no, no save points), so a restart loses every task; set appendonly yes.",
    );
  }
  return risks;
}

function durabilityOf({ isAppendOnly, appendFsync }: RedisSettings): string {
  if (!isAppendOnly) {
    return (
      "Survives the death of any tacklebox process; a crash of Redis loses what came after its last snapshot, because " +
      "appendonly is off."
    );
  }
  const base =
    "Survives the death of any tacklebox process and of Redis itself; a power cut or a crash of its machine";
  return appendFsync === "always"
    ? `${base} loses nothing that was acknowledged (appendfsync always).`
    : `${base} can lose about the last second (appendfsync ${appendFsync ?? "everysec"}).`;
}
