import { testDatastores } from "../support/test-datastores.ts";
import { describeQueueContract } from "./queue-contract.ts";

for (const subject of testDatastores.filter(({ kind }) => kind === "postgres"))
  describeQueueContract(subject);
