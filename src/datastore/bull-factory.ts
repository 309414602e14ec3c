import {
  createPostgresBackend,
  ErrorCode,
  FlowProducer,
  Queue,
  QueueEvents,
  Worker,
  withBackend,
  type ConnectionOptions,
  type Job,
  type PgPool,
  type Processor,
} from "bullmq";
import type { Redis } from "ioredis";
import type { BullFactory } from "./datastore.ts";

/** BullMQ on Redis: `client` is shared; workers and event streams open their own connection beside it. */
export function createRedisBullFactory(client: Redis, prefix: string): BullFactory {
  return createBullFactory(
    { Queue, Worker, QueueEvents, FlowProducer },
    {
      base: { connection: client, prefix },
      latestEventId: (name) => latestRedisEventId(client, `${prefix}:${name}:events`),
      renewLease: (job, token, leaseMs) => renewRedisLease(client, { job, token, leaseMs }),
      promote: promoteOnRedis,
      ping: async () => void (await client.ping()),
      // The server itself lets leases end.
      mendLeases: async () => {},
    },
  );
}

/** BullMQ on Postgres or PGlite: all queues of a database share the schema `bullmq`. */
export function createSqlBullFactory(pool: PgPool): BullFactory {
  const classes = withBackend(createPostgresBackend);
  // BullMQ types each class by its backend, which shows in protected members only; callers see one type.
  return createBullFactory(classes as unknown as BullClasses, {
    base: { connection: pool },
    latestEventId: (name) => latestSqlEventId(pool, name),
    // What has ended is renewed too, as long as the token is this one.
    renewLease: async (job, token, leaseMs) => (await job.extendLock(token, leaseMs)) > 0,
    promote: (job) => promoteOnSql(pool, job),
    ping: async () => void (await pool.query("select 1")),
    mendLeases: (leaseMs) => mendSqlLeases(pool, leaseMs),
  });
}

interface BullClasses {
  Queue: typeof Queue;
  Worker: typeof Worker;
  QueueEvents: typeof QueueEvents;
  FlowProducer: typeof FlowProducer;
}

interface FactoryOptions extends Pick<BullFactory, "renewLease" | "promote" | "ping" | "mendLeases"> {
  base: { connection: ConnectionOptions; prefix?: string };
  latestEventId: (queueName: string) => Promise<string>;
}

function createBullFactory(
  classes: BullClasses,
  { base, latestEventId, ...leases }: FactoryOptions,
): BullFactory {
  return {
    ...leases,
    queue: <Data, Result>(name: string, options = {}) =>
      new classes.Queue<Data, Result>(name, { ...options, ...base }),
    worker: <Data, Result>(name: string, processor: Processor<Data, Result> | null, options = {}) =>
      new classes.Worker<Data, Result>(name, processor, { ...options, ...base }),
    events: async (name, options = {}) => {
      // Without an id, BullMQ reads "from now on" again at each of its reads until the first event, and misses what comes
      // between two reads.
      const lastEventId = options.lastEventId ?? (await latestEventId(name));
      const events = new classes.QueueEvents(name, { ...options, ...base, lastEventId });
      await events.waitUntilReady();
      return events;
    },
    flow: (options = {}) => new classes.FlowProducer({ ...options, ...base }),
  };
}

/**
 * BullMQ's own script renews nothing that has ended, though nobody has taken it. Each worker that takes a job counts one up in
 * its `ats`, so who took it last is known also when that lease has ended too.
 */
const renewLeaseScript = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
if not holder then
  local isAtWork = redis.call('LPOS', KEYS[2], ARGV[3])
  if not isAtWork or redis.call('HGET', KEYS[4], 'ats') ~= ARGV[4] then return 0 end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('SREM', KEYS[3], ARGV[3])
return 1
`;

async function renewRedisLease(
  client: Redis,
  { job, token, leaseMs }: { job: Job; token: string; leaseMs: number },
): Promise<boolean> {
  const { id = "", queueQualifiedName: queue, attemptsStarted } = job;
  const names = [`${queue}:${id}:lock`, `${queue}:active`, `${queue}:stalled`, `${queue}:${id}`];
  const args = [token, leaseMs, id, attemptsStarted];
  return (await client.eval(renewLeaseScript, names.length, ...names, ...args)) === 1;
}

/** Whether BullMQ refused to wake a job or to change its delay as the job was not delayed, or was gone. */
export function wasNotDelayed(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === ErrorCode.JobNotInState || code === ErrorCode.JobNotExist;
}

/** BullMQ's own script looks and moves in one go. By its answer the job may be delayed already, as its worker puts it away. */
async function promoteOnRedis(job: Job): Promise<boolean> {
  try {
    await job.promote();
    return true;
  } catch (error) {
    if (wasNotDelayed(error)) return false;
    throw error;
  }
}

/**
 * BullMQ's own function looks first and moves then: called twice at once, it took a job away from the worker that had just
 * begun it, and two ran the same task. Here the row is held over both.
 */
async function promoteOnSql(pool: PgPool, job: Job): Promise<boolean> {
  const { rows } = await pool.query(
    `with due as (select queue, id from bullmq.job where queue = $1 and id = $2 and state = 'delayed' for update)
     select bullmq.promote(queue, id) from due`,
    [job.queueName, job.id],
  );
  return rows.length > 0;
}

async function latestRedisEventId(client: Redis, stream: string): Promise<string> {
  const [latest] = await client.xrevrange(stream, "+", "-", "COUNT", 1);
  return latest?.[0] ?? "0-0";
}

async function latestSqlEventId(pool: PgPool, queueName: string): Promise<string> {
  const { rows } = await pool.query<{ latest: string | number }>(
    "select coalesce(max(id), 0) as latest from bullmq.event where queue = $1",
    [queueName],
  );
  return String(rows[0]?.latest ?? 0);
}

/** Also the time of the last look for jobs without a worker: the next one comes so long after it. */
async function mendSqlLeases(pool: PgPool, leaseMs: number): Promise<void> {
  const now = Date.now();
  await pool.query(
    "update bullmq.job set locked_until_ms = $1::bigint where state = 'active' and locked_until_ms > $1::bigint",
    [now + leaseMs],
  );
  await pool.query(
    `update bullmq.meta set value = $1::bigint::text
     where case when field = 'stalled-check' then value::bigint > $1::bigint else false end`,
    [now],
  );
}
