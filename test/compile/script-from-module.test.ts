import { describe, expect, test } from "vitest";
import { scriptFromModule } from "../../src/compile/script-from-module.ts";

describe("a module becomes a script", () => {
  test("whose last export clause is the value", () => {
    const module =
      '(()=>{"use strict";\nvar a="export{b};\\n";export{a,a as"x y",a as\'z\',a as`t`,a as default};\n';
    expect(scriptFromModule(module, ["a"])).toBe(
      '(()=>{"use strict";\nvar a="export{b};\\n";return{__proto__:null,["a"]:a,["x y"]:a,[\'z\']:a,[`t`]:a,["default"]:a};})()\n',
    );
  });

  test("even when a name looks like an export clause", () => {
    expect(scriptFromModule('var a;export{a as"export{",a as"export{a};"};', ["x"])).toBe(
      'var a;return{__proto__:null,["export{"]:a,["export{a};"]:a};})()\n',
    );
    expect(scriptFromModule("export{a};", ["a"])).toBe('return{__proto__:null,["a"]:a};})()\n');
  });

  test("of no exports when there are none", () => {
    expect(scriptFromModule("a();\n", [])).toBe("a();\nreturn{__proto__:null};})()\n");
  });

  test("not when it is CommonJS, or when the clause is not the end", () => {
    for (const module of [
      "export default require_x();\n",
      "export{a};b()",
      "export{a b};",
      "export{};",
      "export{a,};",
      "",
    ]) {
      expect(scriptFromModule(module, ["a"]), module).toBe(null);
    }
  });
});
