import type {
  FlowProducer,
  FlowProducerOptions,
  Job,
  Processor,
  Queue,
  QueueEvents,
  QueueEventsOptions,
  QueueOptions,
  Worker,
  WorkerOptions,
} from "bullmq";

import type { ResealReport } from "./reseal.ts";

/**
 * Where tasks, journals, answers and bundles are kept; chosen by one URL: `pglite:<dir>`, `redis://…`,
 * `postgres://…`. What `openDatastore` returns is the sealed view: whatever is written is encrypted first.
 */
export interface Datastore {
  readonly kind: "pglite" | "redis" | "postgres";
  /** The URL with its password masked. */
  readonly displayUrl: string;
  /** One sentence: which loss this store covers and which it does not. */
  readonly durability: string;
  /** Settings found that put data at risk, one sentence each; empty when all is well. */
  readonly warnings: readonly string[];
  readonly bull: BullFactory;
  readonly journals: JournalStore;
  readonly documents: DocumentStore;
  /**
   * Seals everything anew with the key it was opened with, and lets go of the previous ones: it opens without them
   * afterwards. May be killed and begun again at any moment, while workers that have the same key go on.
   */
  reseal(): Promise<ResealReport>;
  /**
   * Closes connections and gives up the folder's lock. Close queues, workers and event streams made by `bull`
   * first; they belong to whoever made them.
   */
  close(): Promise<void>;
}

/** Makes BullMQ's classes on this datastore, so that nobody else knows about backends and connections. */
export interface BullFactory {
  queue<Data = unknown, Result = unknown>(
    name: string,
    options?: Omit<QueueOptions, "connection" | "prefix">,
  ): Queue<Data, Result>;
  worker<Data = unknown, Result = unknown>(
    name: string,
    processor: Processor<Data, Result> | null,
    options?: Omit<WorkerOptions, "connection" | "prefix">,
  ): Worker<Data, Result>;
  /** Resolves once the stream is ready; it tells every event that happens from the call on. */
  events(name: string, options?: Omit<QueueEventsOptions, "connection" | "prefix">): Promise<QueueEvents>;
  flow(options?: Omit<FlowProducerOptions, "connection" | "prefix">): FlowProducer;
  /**
   * Holds on to a job at work for `leaseMs` more milliseconds. One whose lease has ended meanwhile, in an outage or because a
   * clock was set, is taken again as long as nobody else has it. False: it is another worker's, or waits for one.
   */
  renewLease(job: Job, token: string, leaseMs: number): Promise<boolean>;
  /** Makes a delayed job due now. False, and nothing happened: it was not delayed, or somebody else was first. */
  promote(job: Job): Promise<boolean>;
  /** Resolves when the datastore has answered. */
  ping(): Promise<void>;
  /**
   * To be called when the wall clock was set: leases that BullMQ keeps as wall time, as on Postgres, end no later than
   * `leaseMs` from now, so that tasks of a killed worker are taken up in time.
   */
  mendLeases(leaseMs: number): Promise<void>;
}

/** Append-only lists of entries, one list per task. */
export interface JournalStore {
  /**
   * Adds entries at `expectedIndex`, all or none. Rejects with `JOURNAL_FENCED` when the list is no longer that
   * long: another worker has written. Sending byte for byte the same entries for the same index again succeeds
   * and changes nothing, so that an append whose answer was lost can be repeated below the sealing; the sealed view's
   * bytes differ each time, so there a repeated append is fenced.
   */
  append(taskId: string, expectedIndex: number, entries: readonly Uint8Array[]): Promise<void>;
  /** All entries from `fromIndex` (default 0) on, in order. */
  read(taskId: string, fromIndex?: number): Promise<Uint8Array[]>;
  remove(taskId: string): Promise<void>;
}

/** Small named values: bundles, answers, install records. */
export interface DocumentStore {
  get(collection: string, key: string): Promise<Uint8Array | null>;
  put(collection: string, key: string, value: Uint8Array): Promise<void>;
  /**
   * Keeps `value` unless the key is taken. True when these very bytes are what is kept now; false, and nothing changed,
   * when others were there. Through the sealed view that means: true once.
   */
  putIfAbsent(collection: string, key: string, value: Uint8Array): Promise<boolean>;
  remove(collection: string, key: string): Promise<void>;
  /**
   * Keys of a collection, the last one first, in the order of their UTF-8 bytes; task ids begin with their time, so the
   * newest come first. Read on from a page with its last key as `before`.
   */
  list(collection: string, page: KeyPage): Promise<string[]>;
}

export interface KeyPage {
  /** Only keys before this one; it need not exist. */
  before?: string;
  /** Most keys given. */
  limit: number;
}
