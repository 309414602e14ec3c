import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { errorCatalogue, type ErrorCode } from "../../src/errors.ts";
import { provokedHooks } from "./provoked-hooks.ts";
import { provokedRequests } from "./provoked-requests.ts";
import { provokedScripts } from "./provoked-scripts.ts";
import { provokedSurroundings } from "./provoked-surroundings.ts";

const page = readFileSync(new URL("../../docs/reference/errors.md", import.meta.url), "utf8");
const provoked = { ...provokedScripts, ...provokedHooks, ...provokedSurroundings, ...provokedRequests };
const codes = Object.keys(errorCatalogue) as ErrorCode[];

/** What the page has: each code with its consequence, its words and its example. */
const described = page.split(/^## /m).flatMap((group) => {
  const consequence = group.slice(0, group.indexOf(":"));
  return group
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const parts = /^([A-Z0-9_]+)\n\n(.+?)\n\n```text\n(.+?)\n```\n*$/s.exec(section);
      return { consequence, code: parts?.[1] ?? section, words: parts?.[2], example: parts?.[3] };
    });
});

describe("the page of errors", () => {
  test("explains every code of the catalogue, and no other", () => {
    expect(described.map(({ code }) => code).toSorted()).toEqual(codes.toSorted());
  });

  test("puts each code under its consequence", () => {
    expect(described.map(({ code, consequence }) => [code, consequence])).toEqual(
      described.map(({ code }) => [code, errorCatalogue[code as ErrorCode].consequence]),
    );
  });

  test.each(codes)("%s: the example is what tacklebox says", { concurrent: false }, async (code) => {
    const section = described.find((one) => one.code === code);
    expect(section?.words).toMatch(/\.$/);
    expect(await provoked[code]?.()).toBe(section?.example);
  });
});
