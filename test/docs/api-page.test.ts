import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { ApiServices } from "../../src/api/api-services.ts";
import { createApiServer } from "../../src/api/create-api-server.ts";

const page = readFileSync(new URL("../../docs/reference/api.md", import.meta.url), "utf8");

test("the page of the API has every route of the OpenAPI document, and no other", async () => {
  const server = await createApiServer({ ...({} as unknown as ApiServices), onTrouble: () => {} });
  const { paths } = (await server.document()) as { paths: Record<string, object> };
  await server.close();
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const named = [...page.matchAll(/^\| `((?:GET|POST|PUT|DELETE) [^`]+)` \|/gm)].map(
    ([, route = ""]) => route,
  );
  expect(named.toSorted()).toEqual(described.toSorted());
});
