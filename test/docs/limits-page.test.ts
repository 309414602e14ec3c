import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { defaultCompileLimits } from "../../src/compile/compile-limits.ts";
import { defaultEffectLimits } from "../../src/context/effect-table.ts";
import { defaultNetworkLimits } from "../../src/network/network-limits.ts";
import * as guestLimits from "../../src/runtime/guest/limits.ts";
import { defaultSandboxLimits } from "../../src/runtime/sandbox-limits.ts";
import { labelLimits } from "../../src/schema/label-rules.ts";
import { jsonLimits } from "../../src/schema/json-limits.ts";
import { defaultTimeoutSeconds } from "../../src/task/hook-task.ts";

const page = readFileSync(new URL("../../docs/reference/limits.md", import.meta.url), "utf8");

const factors: Record<string, number> = { KiB: 1024, MiB: 1024 * 1024 };

/** Name and default of each row of a section's table, the default in the unit of the name. */
function limitsOf(heading: string): Record<string, number> {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  const rows = [...section.matchAll(/^\| `(\w+)`[^|]*\| ([\d,]+)(?: (KiB|MiB|s))? \|/gm)];
  return Object.fromEntries(
    rows.map(([, name = "", digits = "", unit = ""]) => {
      const number = Number(digits.replaceAll(",", ""));
      if (unit === "s") return [name, name.endsWith("Ms") ? number * 1000 : number];
      return [name, unit === "" || name.endsWith("Mb") ? number : number * (factors[unit] as number)];
    }),
  );
}

describe("the page of limits", () => {
  test.each([
    ["Install script", jsonLimits],
    ["Labels and annotations", labelLimits],
    ["Compile", defaultCompileLimits],
    ["Sandbox", defaultSandboxLimits],
    ["What a hook hands over", defaultEffectLimits],
    ["Inside the sandbox", guestLimits],
    ["Network", defaultNetworkLimits],
  ])("%s: has every limit of the code with its default, and no other", (heading, limits) => {
    expect(limitsOf(heading)).toEqual({ ...limits });
  });

  test("Runtime: has the defaults that the options' own descriptions name", () => {
    const described = ["create-tacklebox.ts", "datastore/open-datastore.ts", "install/retention.ts"]
      .map((file) => readFileSync(new URL(`../../src/${file}`, import.meta.url), "utf8"))
      .join("\n")
      .replaceAll(/\s*\n\s*\* /g, " ");
    const named = (name: string): number =>
      Number(
        new RegExp(`/\\*\\*((?!\\*/).)*default:? (\\d+)((?!\\*/).)*\\*/\\s*${name}\\?`, "is").exec(
          described,
        )?.[2],
      );
    const { timeout, retries, ...options } = limitsOf("Runtime");
    expect(timeout).toBe(defaultTimeoutSeconds);
    expect(retries).toBe(0);
    expect(Object.keys(options)).toHaveLength(10);
    expect(options).toEqual(Object.fromEntries(Object.keys(options).map((name) => [name, named(name)])));
  });
});
