import { expect, test } from "vitest";
import { closestName, didYouMean } from "../../src/schema/closest-name.ts";
import { describePlace, showValue } from "../../src/schema/describe-place.ts";

const script = {
  hooks: [
    {
      id: "setup",
      inputs: [{ id: "login", flow: { headers: { "X A": "b" } } }, { key: "k" }, 5, { id: "" }],
    },
  ],
};

test.each([
  ["", "install script"],
  ["/hooks", "hooks"],
  ["/hooks/0", 'hooks[0] "setup"'],
  ["/hooks/0/timeout", 'hooks[0] "setup", timeout'],
  ["/hooks/0/inputs/0/flow/headers/X A", 'hooks[0] "setup", inputs[0] "login", flow.headers, "X A"'],
  ["/hooks/0/inputs/1", 'hooks[0] "setup", inputs[1] "k"'],
  ["/hooks/0/inputs/2/a", 'hooks[0] "setup", inputs[2].a'],
  ["/hooks/0/inputs/3/id", 'hooks[0] "setup", inputs[3].id'],
  ["/hooks/9/a/b", "hooks[9].a.b"],
  ["/a~1b~0c/x", '"a/b~c".x'],
])("describes %j in the author's names", (pointer, place) => {
  expect(describePlace(script, pointer)).toBe(place);
});

test.each([
  [undefined, "nothing"],
  [[], "an empty list"],
  [[1], "a list"],
  [{}, "an object"],
  [null, "null"],
  [1.5, "1.5"],
  ['a"b\n', '"a\\"b\\n"'],
  ["x".repeat(61), `"${"x".repeat(60)}..."`],
])("shows %j in one short piece", (value, shown) => {
  expect(showValue(value)).toBe(shown);
});

test("finds the name that was probably meant, in any letter case, and none when nothing is near", () => {
  const known = ["timeout", "retries", "script", "scriptContent"];
  expect(closestName("Timeout", known)).toBe("timeout");
  expect(closestName("timeuot", known)).toBe("timeout");
  expect(closestName("scripts", known)).toBe("script");
  expect(closestName("colour", known)).toBeNull();
  expect(closestName("t".repeat(41), known)).toBeNull();
  expect(didYouMean("retry", known)).toBe("");
  expect(didYouMean("retires", known)).toBe(' Did you mean "retries"?');
  expect(didYouMean("script", known)).toBe("");
});
