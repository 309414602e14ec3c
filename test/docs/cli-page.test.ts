import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { exitCodes } from "../../src/cli/exit-codes.ts";
import { cli } from "../cli/support/cli.ts";

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const page = read("docs/reference/cli.md");
const configuration = read("docs/reference/configuration.md");

/** The text below a heading of level 2. */
const sectionOf = (heading: string): string =>
  page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";

/** Names of rows of all tables in a text. */
const rowNames = (text: string): string[] =>
  [...text.matchAll(/^\| `?([\w-]+)`? \|/gm)]
    .map(([, name = ""]) => name)
    .filter((name) => !/^-+$/.test(name));

test("the page of the command line has the exit codes of the code, and no other", () => {
  const codes = rowNames(sectionOf("Exit codes")).filter((name) => /^\d+$/.test(name));
  expect(codes.map(Number)).toEqual(Object.values(exitCodes));
});

test.each([
  "validate",
  "lock",
  "plan",
  "run",
  "replay",
  "demo",
  "serve",
  "rotate-key",
  "worker",
  "tasks",
  "show",
  "logs",
  "retry",
  "skip",
  "answer",
  "cancel",
  "dismiss",
  "rerun",
  "token",
])("the page names every option of %s, and no other", async (command) => {
  const { stdout } = await cli(command, "--help");
  const known = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, name]) => name);
  const named = [...sectionOf(command).matchAll(/(?<![\w-])--[a-z][\w-]*/g)].map(([name]) => name);
  expect(new Set([...named, "--help"])).toEqual(new Set(known));
});

test("the page of configuration has every environment variable that is read, and no other", () => {
  const source = read("src/cli/environment.ts");
  const known = [...source.matchAll(/(?:text|isOn)\("(\w+)"\)|variables\["(\w+)"\]/g)].map(
    ([, first, second]) => first ?? second,
  );
  const section = configuration.split("## ")[1] ?? "";
  expect(new Set(rowNames(section).filter((name) => name !== "variable"))).toEqual(new Set(known));
});

test("the page of configuration has every option of createTacklebox and openDatastore, and no other", () => {
  for (const [heading, path, type] of [
    ["`createTacklebox", "src/create-tacklebox.ts", "TackleboxOptions"],
    ["`openDatastore", "src/datastore/open-datastore.ts", "OpenDatastoreOptions"],
  ] as const) {
    const source = new RegExp(`interface ${type} \\{\n([^]*?)\n\\}`).exec(read(path))?.[1] ?? "";
    const known = [...source.matchAll(/^ {2}(\w+)\??[:(]/gm)].map(([, name]) => name);
    const section = configuration.split("## ").find((text) => text.startsWith(heading)) ?? "";
    const named = rowNames(section).filter((name) => name !== "option" && name !== "url");
    expect(new Set(named)).toEqual(new Set(known));
  }
});

test("the replay that the page shows is what the recording gives", async () => {
  const shown = /\$ tacklebox (replay .+)\n([^]*?)```/.exec(sectionOf("replay"));
  const { code, stdout } = await cli(...(shown?.[1] ?? "").split(" "));
  expect({ code, stdout }).toEqual({ code: 0, stdout: shown?.[2] });
});
