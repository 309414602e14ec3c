import { readFileSync } from "node:fs";
import ivm from "isolated-vm";
import { describe, expect, test } from "vitest";
import { valueOf } from "./harness.ts";
import { webSnippets } from "./web-snippets.ts";

const page = readFileSync(new URL("../../../docs/reference/web-globals.md", import.meta.url), "utf8");
const [provided = "", missing = ""] = page.split("## Missing on purpose");

/** Names in the first column of the tables. */
function namesOf(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .flatMap((line) =>
      [...(line.split("|")[1] ?? "").matchAll(/`([A-Za-z]+)`/g)].map((found) => found[1] ?? ""),
    );
}

/** Where each global that is not compared in `web-snippets.ts` is tried. */
const triedElsewhere = ["console", "performance", "process", "require"];

describe("the page of web globals", () => {
  test("names every global the guest adds to V8's own, and no other", async () => {
    const bare = new ivm.Isolate({ memoryLimit: 16 });
    const own = bare.createContextSync().evalSync("Object.getOwnPropertyNames(globalThis).join()") as string;
    bare.dispose();
    const builtIn = new Set(own.split(","));
    const names = (await valueOf("return Object.getOwnPropertyNames(globalThis);")) as string[];
    const added = names.filter((name) => !builtIn.has(name) || name === "console");
    expect(namesOf(provided).toSorted()).toEqual(added.toSorted());
  });

  test("names as missing only what is missing", async () => {
    const value = (await valueOf(
      `return ${JSON.stringify(namesOf(missing))}.filter((name) => name in globalThis);`,
    )) as string[];
    expect(namesOf(missing).length).toBeGreaterThan(8);
    expect(value).toEqual([]);
  });

  test("every global is in the table of comparisons, or tried elsewhere", () => {
    const compared = JSON.stringify(webSnippets);
    const untried = namesOf(provided).filter(
      (name) => !triedElsewhere.includes(name) && !new RegExp(`\\b${name}\\b`).test(compared),
    );
    expect(untried).toEqual([]);
  });

  test("classes keep their names", async () => {
    const value = await valueOf(
      `return Object.getOwnPropertyNames(globalThis).filter((name) => /^[A-Z]/.test(name) && typeof globalThis[name] === "function" && globalThis[name].name !== name);`,
    );
    expect(value).toEqual([]);
  });
});
