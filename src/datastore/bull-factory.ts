import {
  createPostgresBackend,
  FlowProducer,
  Queue,
  QueueEvents,
  Worker,
  withBackend,
  type BackendClasses,
  type ConnectionOptions,
  type IQueueBackend,
  type PgPool,
  type Processor,
} from "bullmq";
import type { BullFactory } from "./datastore.ts";

/** BullMQ on Redis: `connection` is one shared client; workers and event streams open their own beside it. */
export function createRedisBullFactory(connection: ConnectionOptions, prefix: string): BullFactory {
  return createBullFactory({ Queue, Worker, QueueEvents, FlowProducer }, { connection, prefix });
}

/** BullMQ on Postgres or PGlite: all queues of a database share the schema `bullmq`. */
export function createSqlBullFactory(pool: PgPool): BullFactory {
  const classes = withBackend(createPostgresBackend);
  // BullMQ types each class by its backend, which shows in protected members only; callers see one type.
  return createBullFactory(classes as unknown as RedisTypedClasses, {
    connection: pool as unknown as ConnectionOptions,
  });
}

type RedisTypedClasses = Pick<
  BackendClasses<IQueueBackend, ConnectionOptions>,
  "Queue" | "Worker" | "QueueEvents" | "FlowProducer"
> &
  BullClasses;

interface BullClasses {
  Queue: typeof Queue;
  Worker: typeof Worker;
  QueueEvents: typeof QueueEvents;
  FlowProducer: typeof FlowProducer;
}

function createBullFactory(
  classes: BullClasses,
  base: { connection: ConnectionOptions; prefix?: string },
): BullFactory {
  return {
    queue: <Data, Result>(name: string, options = {}) =>
      new classes.Queue<Data, Result>(name, { ...options, ...base }) as Queue<Data, Result>,
    worker: <Data, Result>(name: string, processor: Processor<Data, Result>, options = {}) =>
      new classes.Worker<Data, Result>(name, processor, { ...options, ...base }),
    events: (name, options = {}) => new classes.QueueEvents(name, { ...options, ...base }),
    flow: (options = {}) => new classes.FlowProducer({ ...options, ...base }),
  };
}
