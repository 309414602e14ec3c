import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createSkippingClock } from "../../src/clock.ts";
import { isJsonObject } from "../../src/json.ts";
import type { AppBehaviour } from "../../src/nas/simulated/app-behaviour.ts";
import { parseInstallScript } from "../../src/schema/parse-install-script.ts";
import type { HookTaskView } from "../../src/task/task-view.ts";
import { goodFlow } from "../schema/check.ts";
import { installRequest, openBox, type Box } from "../support/box.ts";
import { brokenLinks, missingFiles, pages, root, type Block } from "./pages.ts";

const run = promisify(execFile);
const blocks = pages.flatMap((page) => page.blocks);
const nameOf = ({ page, line }: Block): string => `${page}:${line}`;
const inLanguage = (language: string): [name: string, block: Block][] =>
  blocks.filter((block) => block.language === language).map((block) => [nameOf(block), block]);

const entrypointOf = (text: string): string | undefined => /^export async function (\w+)\(/m.exec(text)?.[1];
const typescript = inLanguage("ts");
const hooks = typescript.filter(([, { text }]) => entrypointOf(text) !== undefined);
const programs = typescript.filter(([, { text }]) => entrypointOf(text) === undefined);

describe.each(pages.map((page) => [page.path, page] as const))("%s", (_path, page) => {
  test("has no link that leads nowhere", () => expect(brokenLinks(page)).toEqual([]));

  test("names no file that does not exist", () => expect(missingFiles(page)).toEqual([]));
});

test("every reference page is in the index", () => {
  const index = pages.find(({ path }) => path === "docs/README.md")?.prose ?? "";
  const references = pages.filter(({ path }) => path.startsWith("docs/reference/"));
  expect(references.length).toBeGreaterThan(9);
  expect(
    references
      .filter(({ path }) => !index.includes(`(${path.replace("docs/", "")})`))
      .map(({ path }) => path),
  ).toEqual([]);
});

describe("blocks of JSON", () => {
  test.each(inLanguage("json"))("%s", (_name, { text, marks }) => {
    const value = JSON.parse(text) as unknown;
    if (!isJsonObject(value) || typeof value["version"] !== "number") return;
    const { script, problems } = parseInstallScript(text);
    if (marks.includes("invalid")) expect(script).toBeNull();
    else expect(problems).toEqual([]);
  });
});

/** What the app of the examples answers: a small JSON API that is busy once for each path below `/api/busy-once/`. */
const exampleApp: AppBehaviour = ({ method, path }, { data }) => {
  if (path.startsWith("/api/busy-once/")) {
    if (data[path] === true) return { status: 201 };
    data[path] = true;
    return { status: 503, body: "busy" };
  }
  return method === "POST" && path.startsWith("/api/") ? { status: 201 } : null;
};

const inputs = {
  plex_login: { type: "oauth", id: "plex_login", name: "Sign in", provider: "plex", flow: goodFlow },
  library_name: {
    type: "question",
    id: "library_name",
    question: { question: "Library name", type: "text", key: "library_name" },
  },
};

describe("blocks of TypeScript that are hooks", () => {
  let box: Box | null = null;
  afterEach(async () => {
    await box?.close();
    box = null;
  });

  test("there are some", () => expect(hooks.length).toBeGreaterThan(5));

  test.each(hooks)("%s runs in the sandbox, against the simulated NAS", async (_name, { text, marks }) => {
    const clock = createSkippingClock();
    box = await openBox({
      nas: { behaviours: { testapp: exampleApp }, clock },
      tacklebox: { hookClock: clock },
    });
    const { tacklebox } = box;
    const used = Object.entries(inputs).filter(([id]) => text.includes(`"${id}"`));
    const hook = {
      scriptContent: text,
      entrypoint: entrypointOf(text) ?? "",
      inputs: used.map(([, input]) => input),
    };
    const given = { plex_login: { authToken: "token" }, library_name: "Movies" };
    const prepared = await tacklebox.prepare(
      installRequest([hook], {
        inputs: Object.fromEntries(
          Object.entries(given).filter(([id]) => used.some(([name]) => name === id)),
        ),
      }),
    );
    void clickWhereItWaits(box);
    const status = await tacklebox.runToEnd(prepared, new AbortController().signal);
    expect(status).toBe(marks.includes("fails") ? "FAILED" : "COMPLETED");
  });
});

/** Retries each checkpoint that waits, once, and gives a failed hook up. */
async function clickWhereItWaits({ tacklebox, until }: Box): Promise<never> {
  const clicked = new Set<string | null | undefined>();
  for (;;) {
    const view = await until(
      (seen): seen is HookTaskView =>
        seen.kind === "hook" && seen.status === "AWAITING_RETRY" && !clicked.has(seen.error?.checkpointId),
    );
    const checkpointId = view.error?.checkpointId;
    clicked.add(checkpointId);
    await (typeof checkpointId === "string" ? tacklebox.retry(view.id) : tacklebox.giveUp(view.id));
  }
}

describe("blocks of TypeScript that are programs", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "tacklebox-docs-"));
    for (const [index, [, { text }]] of programs.entries()) {
      const absolute = text
        .replaceAll(/from "(\.\.\/)+/g, `from "${root}/`)
        .replaceAll('from "tacklebox"', `from "${root}/src/index.ts"`)
        .replaceAll('from "tacklebox/testing"', `from "${root}/src/testing.ts"`);
      writeFileSync(join(folder, `example-${index}.ts`), absolute);
    }
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({
        extends: join(root, "tsconfig.json"),
        compilerOptions: { typeRoots: [join(root, "node_modules/@types")] },
        include: [],
        files: programs.map((_program, index) => `example-${index}.ts`),
      }),
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("have the types they use", async () => {
    expect(programs.length).toBeGreaterThan(2);
    const { stdout } = await run(join(root, "node_modules/.bin/tsc"), ["--noEmit", "-p", folder]).catch(
      (error: unknown) => error as { stdout: string },
    );
    expect(stdout.split("\n").filter((line) => line.includes("example-"))).toEqual([]);
  });

  test.each(programs.map(([name], index) => [name, index] as const))("%s runs", async (_name, index) => {
    const env = { ...process.env, HOME: folder };
    await expect(
      run(process.execPath, [join(folder, `example-${index}.ts`)], { cwd: folder, env }),
    ).resolves.toBeDefined();
  });
});
