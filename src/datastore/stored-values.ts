import type { Datastore } from "./datastore.ts";

/** A datastore before anything is sealed, and the values as they lie there. */
export interface UnsealedDatastore extends Omit<Datastore, "reseal"> {
  readonly values: StoredValues;
}

/** What sealing anew needs besides reading: where values are, and to put one in another's place. */
export interface StoredValues {
  /** Task ids of all journals, in no order; one that comes up meanwhile may be missing. */
  journals(): AsyncIterable<string>;
  collections(): Promise<string[]>;
  /** Nothing changes when other bytes than `before` are kept there. */
  replaceEntry(place: { taskId: string; index: number }, change: ValueChange): Promise<void>;
  replaceDocument(place: { collection: string; key: string }, change: ValueChange): Promise<void>;
}

export interface ValueChange {
  before: Uint8Array;
  after: Uint8Array;
}
