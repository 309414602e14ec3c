import type { ConnectionOptions, Queue, Worker, QueueEvents, FlowProducer } from "bullmq";

/** What the scheduler hands to each BullMQ class; the same for all three datastores. */
export interface BullConnection {
  connection: ConnectionOptions;
  /** Last constructor argument of BullMQ's classes; undefined for Redis. */
  backend: ConstructorParameters<typeof Queue>[3] | undefined;
  prefix: string;
}
export type { Queue, Worker, QueueEvents, FlowProducer };

/**
 * Where tasks, journals, answers and bundles are kept; chosen by one URL. `pglite:<dir>`, `redis://…`,
 * `postgres://…`.
 */
export interface Datastore {
  readonly kind: "pglite" | "redis" | "postgres";
  /** The URL with its password masked. */
  readonly displayUrl: string;
  /** One sentence: which loss this store covers and which it does not. */
  readonly durability: string;
  readonly bull: BullConnection;
  readonly journals: JournalStore;
  readonly documents: DocumentStore;
  /** Closes connections and gives up the folder's lock. */
  close(): Promise<void>;
}

/** Append-only lists of entries, one list per task. Entries are sealed (encrypted) before they get here. */
export interface JournalStore {
  /**
   * Adds entries at `expectedIndex`, all or none. Rejects with `JOURNAL_FENCED` when the list is no longer that
   * long: another worker has written.
   */
  append(taskId: string, expectedIndex: number, entries: Uint8Array[]): Promise<void>;
  /** All entries from `fromIndex` (default 0) on, in order. */
  read(taskId: string, fromIndex?: number): Promise<Uint8Array[]>;
  remove(taskId: string): Promise<void>;
}

/** Small named values: bundles, answers, install records. Values are sealed before they get here. */
export interface DocumentStore {
  get(collection: string, key: string): Promise<Uint8Array | null>;
  put(collection: string, key: string, value: Uint8Array): Promise<void>;
  /** False, and nothing changed, when the key is taken. */
  putIfAbsent(collection: string, key: string, value: Uint8Array): Promise<boolean>;
  remove(collection: string, key: string): Promise<void>;
}
