import { describe, expect, it } from "vitest";
import { preferredType } from "../../src/api/accepted-type.ts";

const offered = ["application/json", "application/x-ndjson"] as const;

describe("the type of an answer", () => {
  it.each([
    [undefined, "application/json"],
    ["*/*", "application/json"],
    ["text/html, */*;q=0.8", "application/json"],
    ["application/x-ndjson", "application/x-ndjson"],
    ["application/x-ndjson, */*", "application/x-ndjson"],
    ["Application/X-NDJSON; charset=utf-8", "application/x-ndjson"],
    ["application/x-ndjson, application/json", "application/x-ndjson"],
    ["application/json, application/x-ndjson", "application/json"],
    ["application/x-ndjson;q=0.5, application/json", "application/json"],
    ["application/json;q=0.1, application/x-ndjson;q=0.9", "application/x-ndjson"],
    ["application/x-ndjson;q=0, */*", "application/json"],
    ["application/x-ndjson;q=much", "application/json"],
  ])("for Accept: %s is %s", (accept, type) => {
    expect(preferredType(accept, offered)).toBe(type);
  });
});
