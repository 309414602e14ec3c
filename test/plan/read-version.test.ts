import { describe, expect, test } from "vitest";
import { isInRange, readVersion } from "../../src/plan/read-version.ts";

describe("reading a version", () => {
  test.each(["1.2.3", "0.0.0", "2.0.0-beta.1", "2.0.0-rc1", "1.0.0-alpha", "10.20.30-dev.5"])(
    "keeps strict semver: %s",
    (text) => {
      expect(readVersion(text)).toEqual({ version: text, coerced: false });
    },
  );

  test.each([
    ["v1.42.2-ls12", "1.42.2"],
    ["1.42.2-ls12", "1.42.2"],
    ["1.2.3-5", "1.2.3"],
    ["v1.2.3", "1.2.3"],
    ["V1.2.3", "1.2.3"],
    ["=1.2.3", "1.2.3"],
    [" 1.2.3 ", "1.2.3"],
    ["1.42", "1.42.0"],
    ["3", "3.0.0"],
    ["2024.05.01", "2024.5.1"],
    ["1.2.3.4", "1.2.3"],
    ["v2.0.0-rc.1", "2.0.0-rc.1"],
    ["1.41.4.9463-630c9f557", "1.41.4"],
  ])("coerces %j to %s", (text, version) => {
    expect(readVersion(text)).toEqual({ version, coerced: true });
  });

  test("leaves build data of strict semver out, as semver does", () => {
    expect(readVersion("1.2.3+build5")).toEqual({ version: "1.2.3", coerced: false });
  });

  test.each(["latest", "", "release-1.2.3", "version 2", "-1", "v", "99999999999999999999"])(
    "cannot read %j",
    (text) => {
      expect(readVersion(text)).toBeNull();
    },
  );
});

describe("a version in a range", () => {
  test.each([
    ["1.9.0", "< 2.0.0", true],
    ["2.0.0", "< 2.0.0", false],
    ["2.0.0-rc.1", "< 2.0.0", true],
    ["2.0.0-rc.1", ">= 2.0.0", false],
    ["2.1.0-rc.1", ">= 2.0.0", true],
    ["5.0.0", "*", true],
    ["5.0.0", "", true],
    ["1.5.0", "^1.2 || 3.x", true],
    ["2.5.0", "^1.2 || 3.x", false],
  ])("%s in %j is %s", (version, range, expected) => {
    expect(isInRange(version, range, "a")).toBe(expected);
  });

  test("refuses a range that validation would have refused", () => {
    expect(() => isInRange("1.0.0", "newer", "migrate")).toThrow(
      expect.objectContaining({
        code: "SEMVER_RANGE",
        message: 'Hook "migrate": condition "newer" is not a semver range; write one such as ">= 2.0.0 < 3".',
      }),
    );
  });
});
