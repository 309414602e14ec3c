import { describe, expect, it } from "vitest";
import { checkLabels, labelLimits } from "../../src/schema/label-rules.ts";

describe("labels and annotations", () => {
  it("are short texts under plain names", () => {
    expect(checkLabels("labels", { team: "media", "app.kubernetes.io/name": "" })).toEqual([]);
    expect(checkLabels("annotations", { note: "x".repeat(labelLimits.annotationCharacters) })).toEqual([]);
  });

  it("are refused, all at once, with what was found and what was expected", () => {
    const set = { "a:b": "x", number: 7, long: "x".repeat(labelLimits.labelCharacters + 1) };
    expect(checkLabels("labels", set).map(({ name, message }) => [name, message.split(",")[0]])).toEqual([
      ["a:b", 'found the name "a:b"'],
      ["number", "found 7"],
      ["long", "found a text of 201 characters"],
    ]);
    const many = Object.fromEntries(
      Array.from({ length: labelLimits.labels + 1 }, (_, at) => [`n${at}`, ""]),
    );
    expect(checkLabels("labels", many)).toMatchObject([{ name: null }]);
  });
});
