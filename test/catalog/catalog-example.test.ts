import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, expectTypeOf, it } from "vitest";
import type * as authorTypes from "../../catalog-example/_lib/hook_context.ts";
import { behaviours } from "../../catalog-example/_simulated/behaviours.ts";
import { scenarios } from "../../catalog-example/_simulated/scenarios.ts";
import type { HookSource } from "../../src/compile/bundle.ts";
import { compileHook } from "../../src/compile/compile-hook.ts";
import type * as runtimeTypes from "../../src/context/hook-context.ts";
import { lockFileName } from "../../src/catalog/lock-file.ts";
import type { HookDeclaration, InstallScript } from "../../src/schema/install-script.ts";
import { parseInstallScript } from "../../src/schema/parse-install-script.ts";

const catalogRoot = path.resolve(import.meta.dirname, "../../catalog-example");
const apps = (await readdir(catalogRoot))
  .filter((file) => file.endsWith(".json") && file !== lockFileName)
  .map((file) => path.basename(file, ".json"));

const textOf = (app: string): Promise<string> => readFile(path.join(catalogRoot, `${app}.json`), "utf8");

async function requireScript(app: string): Promise<InstallScript> {
  const { script, problems } = parseInstallScript(await textOf(app), { file: `${app}.json` });
  if (script === null) throw new Error(JSON.stringify(problems, null, 2));
  return script;
}

function sourceOf(hook: HookDeclaration, index: number, file: string, scriptText: string): HookSource {
  return hook.script === undefined
    ? {
        kind: "inline",
        text: hook.scriptContent ?? "",
        pointer: `/hooks/${index}/scriptContent`,
        scriptFile: file,
        scriptText,
      }
    : { kind: "file", catalogRoot, path: hook.script, pointer: `/hooks/${index}/script` };
}

it("has all the kinds of app an author may want to look at", async () => {
  const scripts = await Promise.all(apps.map(requireScript));
  const hooks = scripts.flatMap((script) => script.hooks ?? []);
  const inputs = hooks.flatMap((hook) => hook.inputs ?? []);
  const questionTypes = inputs.flatMap((input) => (input.type === "question" ? [input.question.type] : []));
  expect(apps.length).toBeGreaterThanOrEqual(7);
  expect(new Set(scripts.map(({ version }) => version))).toEqual(new Set([4, 5]));
  expect(new Set(hooks.map(({ event }) => event)).size).toBe(4);
  expect(new Set(questionTypes)).toEqual(new Set(["text", "number", "select", "boolean", "password"]));
  expect(inputs.some(({ type }) => type === "oauth")).toBe(true);
  expect(scripts.some(({ custom }) => custom === true)).toBe(true);
  expect(hooks.some(({ scriptContent }) => scriptContent !== undefined)).toBe(true);
  expect(hooks.some(({ condition }) => condition !== undefined)).toBe(true);
  expect(hooks.some(({ userOptional }) => userOptional?.link !== undefined)).toBe(true);
});

describe.each(apps)("%s", (app) => {
  it("is a valid install script without warnings", async () => {
    const { script, problems } = parseInstallScript(await textOf(app), { file: `${app}.json` });
    expect(problems).toEqual([]);
    expect(script).not.toBeNull();
  });

  it("has hooks that compile without warnings", async () => {
    const script = await requireScript(app);
    const text = await textOf(app);
    for (const [index, hook] of (script.hooks ?? []).entries()) {
      const source = sourceOf(hook, index, `${app}.json`, text);
      const outcome = await compileHook({ source, entrypoint: hook.entrypoint });
      expect(outcome).toMatchObject({ ok: true, warnings: [] });
    }
  });

  it("has a behaviour for the simulated NAS and a scenario", () => {
    expect(Object.keys(behaviours)).toContain(app);
    expect(scenarios.map((scenario) => scenario.app)).toContain(app);
  });
});

describe.each(scenarios)("scenario $app: $title", ({ app, operation, expected }) => {
  it("names the hooks of its operation, each with its event, in order", async () => {
    const events =
      operation === "install" ? ["onBeforeInstall", "onAfterInstall"] : ["onBeforeUpgrade", "onAfterUpgrade"];
    const hooks = (await requireScript(app)).hooks ?? [];
    expect(expected.hooks.map(({ id, event }) => ({ id, event }))).toEqual(
      events.flatMap((event) =>
        hooks.filter((hook) => hook.event === event).map(({ id }) => ({ id, event })),
      ),
    );
  });
});

describe("the types an author imports", () => {
  it("are those of the runtime, in both directions", () => {
    expectTypeOf<authorTypes.HookContext>().toExtend<runtimeTypes.HookContext>();
    expectTypeOf<runtimeTypes.HookContext>().toExtend<authorTypes.HookContext>();
    expectTypeOf<keyof authorTypes.HookContext>().toEqualTypeOf<keyof runtimeTypes.HookContext>();
    expectTypeOf<keyof authorTypes.WaitForAppOptions>().toEqualTypeOf<keyof runtimeTypes.WaitForAppOptions>();
    expectTypeOf<authorTypes.WaitForAppOptions>().toExtend<runtimeTypes.WaitForAppOptions>();
    expectTypeOf<runtimeTypes.WaitForAppOptions>().toExtend<authorTypes.WaitForAppOptions>();
    expectTypeOf<authorTypes.Checkpoint>().toEqualTypeOf<runtimeTypes.Checkpoint>();
  });
});
