import { testDatastores } from "../support/test-datastores.ts";
import { describeBullContract } from "./bull-contract.ts";
import { describeStoreContract } from "./contract.ts";

for (const subject of testDatastores.filter(({ kind }) => kind === "postgres")) {
  describeStoreContract(subject);
  describeBullContract(subject);
}
