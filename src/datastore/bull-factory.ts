import {
  FlowProducer,
  Queue,
  QueueEvents,
  Worker,
  withBackend,
  type ConnectionOptions,
  type PgPool,
  type Processor,
} from "bullmq";
import type { Redis } from "ioredis";
import type { BullFactory } from "./datastore.ts";
import { createJumpProofBackend } from "./jump-proof-backend.ts";

/** BullMQ on Redis: `client` is shared; workers and event streams open their own connection beside it. */
export function createRedisBullFactory(client: Redis, prefix: string): BullFactory {
  return createBullFactory(
    { Queue, Worker, QueueEvents, FlowProducer },
    {
      base: { connection: client, prefix },
      latestEventId: (name) => latestRedisEventId(client, `${prefix}:${name}:events`),
      // The server itself lets leases end.
      mendLeases: async () => {},
    },
  );
}

/** BullMQ on Postgres or PGlite: all queues of a database share the schema `bullmq`. */
export function createSqlBullFactory(pool: PgPool): BullFactory {
  const classes = withBackend(createJumpProofBackend);
  // BullMQ types each class by its backend, which shows in protected members only; callers see one type.
  return createBullFactory(classes as unknown as BullClasses, {
    base: { connection: pool },
    latestEventId: (name) => latestSqlEventId(pool, name),
    mendLeases: (leaseMs) => mendSqlLeases(pool, leaseMs),
  });
}

interface BullClasses {
  Queue: typeof Queue;
  Worker: typeof Worker;
  QueueEvents: typeof QueueEvents;
  FlowProducer: typeof FlowProducer;
}

interface FactoryOptions {
  base: { connection: ConnectionOptions; prefix?: string };
  latestEventId: (queueName: string) => Promise<string>;
  mendLeases: BullFactory["mendLeases"];
}

function createBullFactory(
  classes: BullClasses,
  { base, latestEventId, mendLeases }: FactoryOptions,
): BullFactory {
  return {
    mendLeases,
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
