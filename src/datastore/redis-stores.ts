import { setTimeout as delay } from "node:timers/promises";
import type { Redis } from "ioredis";
import { errorText } from "../errors.ts";
import type { DocumentStore, JournalStore } from "./datastore.ts";
import { withDeadline } from "./deadline.ts";
import { causeText, fenced, full, unreachable } from "./refusals.ts";
import type { StoredValues } from "./stored-values.ts";

export interface RedisStoreOptions {
  client: Redis;
  prefix: string;
  displayUrl: string;
  /** How long an outage may last before a command is given up, in milliseconds. */
  outageMs: number;
}

/** Runs a command, waiting for a server that is away or has no room until that has lasted too long. */
type Patient = <T>(command: () => Promise<T>) => Promise<T>;

const firstPauseMs = 50;
const longestPauseMs = 2000;

/** A server that is away is ioredis' business; one that answers that it cannot write now is asked again here. */
function createPatience({ outageMs, displayUrl }: RedisStoreOptions): Patient {
  const late = (): Error => unreachable(displayUrl, new Error(`no answer for ${outageMs / 1000} seconds`));
  return async (command) => {
    const giveUpAt = performance.now() + outageMs;
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        return await withDeadline(command(), giveUpAt - performance.now(), late);
      } catch (error) {
        const refusal = refusalOf(error, displayUrl);
        if (refusal === null) throw error;
        if (performance.now() + pauseMs > giveUpAt) throw refusal;
      }
      await delay(pauseMs);
    }
  };
}

/** What to say in the end about an answer that will be another one later; null for every other error. */
function refusalOf(error: unknown, displayUrl: string): Error | null {
  const text = errorText(error);
  if (text.startsWith("OOM ")) {
    const advice = "raise its maxmemory, or remove what else is kept there; work goes on by itself.";
    return full(displayUrl, causeText(error), { advice, cause: error });
  }
  if (text.startsWith("MISCONF ")) {
    const advice = "free space on its disk; its own log says more; work goes on by itself.";
    return full(displayUrl, causeText(error), { advice, cause: error });
  }
  return /^(LOADING|BUSY|CLUSTERDOWN|MASTERDOWN|TRYAGAIN|NOREPLICAS) /.test(text)
    ? unreachable(displayUrl, error)
    : null;
}

/**
 * Adds all entries or none: scripts run alone. Entries that are there already, byte for byte, count as added: ioredis sends
 * a command again when its answer was lost. They are pushed in portions, since `unpack` is bounded by Lua's stack.
 */
const appendScript = `
local expected = tonumber(ARGV[1])
if redis.call('LLEN', KEYS[1]) == expected then
  for first = 2, #ARGV, 1000 do
    redis.call('RPUSH', KEYS[1], unpack(ARGV, first, math.min(first + 999, #ARGV)))
  end
  return 1
end
local kept = redis.call('LRANGE', KEYS[1], expected, expected + #ARGV - 2)
if #kept ~= #ARGV - 1 then return 0 end
for index = 1, #kept do
  if kept[index] ~= ARGV[index + 1] then return 0 end
end
return 1
`;

/** Journals in Redis lists. */
export function createRedisJournalStore(options: RedisStoreOptions): JournalStore {
  const { client, prefix } = options;
  const patient = createPatience(options);
  const listOf = (taskId: string): string => `${prefix}:journal:${taskId}`;
  return {
    append: async (taskId, expectedIndex, entries) => {
      if (entries.length === 0) return;
      const args = entries.map((entry) => toBuffer(entry));
      const added = await patient(() => client.eval(appendScript, 1, listOf(taskId), expectedIndex, ...args));
      if (added !== 1) throw fenced(taskId, expectedIndex);
    },
    read: (taskId, fromIndex = 0) => patient(() => client.lrangeBuffer(listOf(taskId), fromIndex, -1)),
    remove: async (taskId) => {
      await patient(() => client.unlink(listOf(taskId)));
    },
  };
}

/**
 * Names in a sorted set beside the hash of values, written together: a hash has no order, and looking through all of it
 * for the newest fifty takes longer with each task ever run.
 */
const putScript = `
redis.call('ZADD', KEYS[2], 0, ARGV[1])
return redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
`;

/** 1 when these very bytes are what is kept now, 0 when others were there. */
const putIfAbsentScript = `
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 1 then
  redis.call('ZADD', KEYS[2], 0, ARGV[1])
  return 1
end
return redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] and 1 or 0
`;

const removeScript = `
redis.call('ZREM', KEYS[2], ARGV[1])
return redis.call('HDEL', KEYS[1], ARGV[1])
`;

/** What a release before the names were kept has written is found by its number, and the names are made once. */
const listScript = `
if redis.call('HLEN', KEYS[1]) ~= redis.call('ZCARD', KEYS[2]) then
  redis.call('DEL', KEYS[2])
  for _, key in ipairs(redis.call('HKEYS', KEYS[1])) do redis.call('ZADD', KEYS[2], 0, key) end
end
return redis.call('ZREVRANGEBYLEX', KEYS[2], ARGV[1], '-', 'LIMIT', 0, ARGV[2])
`;

/** Named values in one Redis hash per collection, and their names in a sorted set. */
export function createRedisDocumentStore(options: RedisStoreOptions): DocumentStore {
  const { client, prefix } = options;
  const patient = createPatience(options);
  const hashOf = (collection: string): string => `${prefix}:documents:${collection}`;
  const run = (script: string, collection: string, ...args: (string | number | Buffer)[]): Promise<unknown> =>
    patient(() => client.eval(script, 2, hashOf(collection), `${prefix}:names:${collection}`, ...args));
  return {
    get: (collection, key) => patient(() => client.hgetBuffer(hashOf(collection), key)),
    put: async (collection, key, value) => {
      await run(putScript, collection, key, toBuffer(value));
    },
    putIfAbsent: async (collection, key, value) =>
      (await run(putIfAbsentScript, collection, key, toBuffer(value))) === 1,
    remove: async (collection, key) => {
      await run(removeScript, collection, key);
    },
    list: async (collection, { before, limit }) => {
      const last = before === undefined ? "+" : `(${before}`;
      return (await run(listScript, collection, last, limit)) as string[];
    },
  };
}

const replaceEntryScript = `
if redis.call('LINDEX', KEYS[1], ARGV[1]) == ARGV[2] then redis.call('LSET', KEYS[1], ARGV[1], ARGV[3]) end
`;

const replaceDocumentScript = `
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) end
`;

/** Where the values of both are, for sealing them anew. */
export function createRedisStoredValues(options: RedisStoreOptions): StoredValues {
  const { client, prefix } = options;
  const patient = createPatience(options);
  const endsOf = async function* (start: string): AsyncGenerator<string> {
    // What a pattern means by these, a prefix means by itself.
    const pattern = `${start.replaceAll(/[\\*?[\]]/g, "\\$&")}*`;
    for (let cursor = "0"; ;) {
      const [next, keys] = await patient(() => client.scan(cursor, "MATCH", pattern, "COUNT", 500));
      for (const key of keys) yield key.slice(start.length);
      if (next === "0") return;
      cursor = next;
    }
  };
  return {
    journals: () => endsOf(`${prefix}:journal:`),
    collections: async () => {
      const found = new Set<string>();
      for await (const collection of endsOf(`${prefix}:documents:`)) found.add(collection);
      return [...found];
    },
    replaceEntry: async ({ taskId, index }, { before, after }) => {
      const list = `${prefix}:journal:${taskId}`;
      await patient(() => client.eval(replaceEntryScript, 1, list, index, toBuffer(before), toBuffer(after)));
    },
    replaceDocument: async ({ collection, key }, { before, after }) => {
      const hash = `${prefix}:documents:${collection}`;
      await patient(() =>
        client.eval(replaceDocumentScript, 1, hash, key, toBuffer(before), toBuffer(after)),
      );
    },
  };
}

/** ioredis takes a plain Uint8Array for text. */
function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
