import { writeFile } from "node:fs/promises";
import { apiTypesFile, makeApiTypes } from "./api-types.ts";

/** `npm run client`: writes the types of the typed client anew. */
await writeFile(apiTypesFile, await makeApiTypes());
