import { testDatastores } from "../support/test-datastores.ts";
import { describeCrashes } from "./crash-contract.ts";

for (const subject of testDatastores.filter(({ kind }) => kind === "postgres")) describeCrashes(subject, 2);
