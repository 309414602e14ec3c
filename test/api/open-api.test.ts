import { createConfig, lintFromString } from "@redocly/openapi-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openApiBox, type ApiBox } from "./support/api-box.ts";

describe("the OpenAPI document", () => {
  let api: ApiBox;
  beforeAll(async () => {
    api = await openApiBox();
  });
  afterAll(async () => await api.close());

  it("passes the linter's recommended rules", async () => {
    const document = await (await api.open("/openapi.json")).text();
    const config = await createConfig({
      extends: ["recommended"],
      rules: { "operation-4xx-response": "off" },
    });
    const problems = await lintFromString({ source: document, config });
    expect(
      problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`),
    ).toEqual([]);
  });

  it("is OpenAPI 3.1, and gives each operation a name of its own", async () => {
    const document = (await (await api.open("/openapi.json")).json()) as {
      openapi: string;
      paths: Record<string, Record<string, { operationId: string }>>;
    };
    expect(document.openapi).toBe("3.1.0");
    const ids = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).not.toContain(undefined);
  });
});
