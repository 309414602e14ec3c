import { describe } from "vitest";
import { createMemoryStores } from "../../src/datastore/memory-stores.ts";
import { describeDocuments, describeJournal, describeListing } from "./contract.ts";

describe("stores in memory", () => {
  const store = createMemoryStores();
  describeJournal(() => ({ store, rival: store }));
  describeDocuments(() => ({ store, rival: store }));
  describeListing(() => ({ store, rival: store }));
});
