import type { Redis } from "ioredis";
import type { DocumentStore, JournalStore } from "./datastore.ts";
import { withDeadline } from "./deadline.ts";
import { fenced, unreachable } from "./refusals.ts";

export interface RedisStoreOptions {
  client: Redis;
  prefix: string;
  displayUrl: string;
  /** How long an outage may last before a command is given up, in milliseconds. */
  outageMs: number;
}

/** Runs a command, waiting for a server that is away until the outage has lasted too long. */
type Patient = <T>(command: Promise<T>) => Promise<T>;

function createPatience({ outageMs, displayUrl }: RedisStoreOptions): Patient {
  return (command) =>
    withDeadline(command, outageMs, () =>
      unreachable(displayUrl, new Error(`no answer for ${outageMs / 1000} seconds`)),
    );
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
      const added = await patient(client.eval(appendScript, 1, listOf(taskId), expectedIndex, ...args));
      if (added !== 1) throw fenced(taskId, expectedIndex);
    },
    read: (taskId, fromIndex = 0) => patient(client.lrangeBuffer(listOf(taskId), fromIndex, -1)),
    remove: async (taskId) => {
      await patient(client.unlink(listOf(taskId)));
    },
  };
}

/** Named values in one Redis hash per collection. */
export function createRedisDocumentStore(options: RedisStoreOptions): DocumentStore {
  const { client, prefix } = options;
  const patient = createPatience(options);
  const hashOf = (collection: string): string => `${prefix}:documents:${collection}`;
  const get = (collection: string, key: string): Promise<Uint8Array | null> =>
    patient(client.hgetBuffer(hashOf(collection), key));
  return {
    get,
    put: async (collection, key, value) => {
      await patient(client.hset(hashOf(collection), key, toBuffer(value)));
    },
    putIfAbsent: async (collection, key, value) => {
      if ((await patient(client.hsetnx(hashOf(collection), key, toBuffer(value)))) === 1) return true;
      const kept = await get(collection, key);
      return kept !== null && Buffer.compare(kept, value) === 0;
    },
    remove: async (collection, key) => {
      await patient(client.hdel(hashOf(collection), key));
    },
  };
}

/** ioredis takes a plain Uint8Array for text. */
function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
