import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { apiTypesFile, makeApiTypes } from "./api-types.ts";

it("has the types that the OpenAPI document gives; else: npm run client", async () => {
  expect(await readFile(apiTypesFile, "utf8")).toBe(await makeApiTypes());
});
