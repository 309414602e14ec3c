import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CompileOutcome } from "../../src/compile/bundle.ts";
import type { ErrorCode } from "../../src/errors.ts";
import { planOperation } from "../../src/plan/plan-operation.ts";
import type { InstallScript } from "../../src/schema/install-script.ts";
import { parseInstallScript } from "../../src/schema/parse-install-script.ts";
import { createCatalog, compileInlineText } from "../compile/catalog.ts";
import { problemsOf, scriptWithFlow, scriptWithHook } from "../schema/check.ts";

export type Provoke = () => string | undefined | Promise<string | undefined>;
export type Provoked = Partial<Record<ErrorCode, Provoke>>;

const question = { question: "Name", type: "text", key: "name" };

const messageOf = (script: unknown, code: ErrorCode): string | undefined =>
  problemsOf(script).find((problem) => problem.code === code)?.message;

const scripts: Partial<Record<ErrorCode, unknown>> = {
  JSON_SYNTAX: '{ "version": 5, }',
  JSON_LIMIT: `{ "version": 5, "${"x".repeat(501)}": 1 }`,
  JSON_DUPLICATE_KEY: '{ "version": 5,\n  "version": 4 }',
  SCRIPT_VERSION: { version: 6 },
  SCHEMA_TYPE: scriptWithHook({ timeout: "60" }),
  SCHEMA_REQUIRED: scriptWithHook({ entrypoint: undefined }),
  SCHEMA_VALUE: scriptWithHook({ event: "onInstall" }),
  HOOKS_NEED_V5: { ...scriptWithHook({}), version: 4 },
  HOOK_ID_DUPLICATE: {
    version: 5,
    hooks: ["a.ts", "b.ts"].map((script) => ({
      id: "setup",
      event: "onAfterInstall",
      script,
      entrypoint: "run",
    })),
  },
  HOOK_SOURCE: scriptWithHook({ scriptContent: "export async function setup() {}" }),
  HOOK_SCRIPT_PATH: scriptWithHook({ script: "../other/hook.ts" }),
  METADATA_REQUIRED: { version: 5, custom: true },
  LINK_URL: scriptWithHook({
    userOptional: { label: "Set up", link: { url: "plex.tv/terms", label: "Terms" } },
  }),
  SEMVER_RANGE: scriptWithHook({ event: "onAfterUpgrade", condition: { fromVersionRange: "<< 2" } }),
  QUESTION_KEY_DUPLICATE: { version: 5, installation_questions: [question, question] },
  INPUT_ID_DUPLICATE: scriptWithHook({
    inputs: ["a", "b"].map((key) => ({ type: "question", id: "name", question: { ...question, key } })),
  }),
  QUESTION_OPTIONS: { version: 5, installation_questions: [{ ...question, type: "select" }] },
  OAUTH_URL: scriptWithFlow({ pinUrl: "http://plex.tv/api/v2/pins" }),
  MACRO_UNKNOWN: { version: 5, app_values: { path: "$LOCATON(Media)/films" } },
  MACRO_SYNTAX: { version: 5, app_values: { path: "$LOCATION(Media/films" } },
  FIELD_UNKNOWN: scriptWithHook({ retires: 1 }),
  LOCATION_UNDECLARED: {
    version: 5,
    requirements: { locations: [] },
    app_values: { path: "$LOCATION(Media)" },
  },
  QUESTION_UNDECLARED: { version: 5, app_values: { name: "$QUESTION(nmae)" } },
  HOOK_NEVER_RUNS: scriptWithHook({ event: "onAfterUpgrade", userOptional: { label: "Set up" } }),
  FIELD_STYLE: { version: 5, requirements: { specifications: ["2core"] } },
};

const plan = (
  fields: Record<string, unknown>,
  versions: { fromVersion?: string },
  optIns?: Record<string, boolean>,
) => {
  const script = parseInstallScript(JSON.stringify(scriptWithHook(fields))).script as InstallScript;
  return planOperation({
    operation: "upgrade",
    script,
    toVersion: "2.0.0",
    ...versions,
    ...(optIns && { optIns }),
  });
};

const upgradeHook = { event: "onAfterUpgrade", condition: { fromVersionRange: "< 2.0.0" } };

const messageOfCompilation = async (
  outcome: Promise<CompileOutcome>,
  code: ErrorCode,
): Promise<string | undefined> => {
  const result = await outcome;
  return (result.ok ? result.warnings : result.problems).find((problem) => problem.code === code)?.message;
};

async function outsideLink(): Promise<string | undefined> {
  const catalog = createCatalog({});
  writeFileSync(join(catalog.outside, "shared.ts"), "export async function setup() {}");
  symlinkSync(join(catalog.outside, "shared.ts"), join(catalog.root, "hook.ts"));
  const message = await messageOfCompilation(catalog.compile("hook.ts"), "HOOK_FILE_OUTSIDE");
  catalog.remove();
  return message;
}

async function missingFile(): Promise<string | undefined> {
  const catalog = createCatalog({});
  const message = await messageOfCompilation(catalog.compile("myapp/hook.ts"), "HOOK_FILE_MISSING");
  catalog.remove();
  return message;
}

async function compilerGivesUp(): Promise<string | undefined> {
  // Large, so that no machine compiles it before the time is up.
  const text = `export async function setup() {}\n${'log("a line of some length");\n'.repeat(8000)}`;
  const outcome = compileInlineText(text, { limits: { timeoutMs: 0 } });
  return await messageOfCompilation(outcome, "COMPILE_FAILED");
}

const inline = (code: ErrorCode, text: string, options: Parameters<typeof compileInlineText>[1] = {}) =>
  messageOfCompilation(compileInlineText(text, options), code);

/** Messages of validation, planning and compilation. */
export const provokedScripts: Provoked = {
  ...Object.fromEntries(
    Object.entries(scripts).map(([code, script]) => [code, () => messageOf(script, code as ErrorCode)]),
  ),
  VERSION_COERCED: () => plan(upgradeHook, { fromVersion: "v1.42.2-ls12" }).warnings[0]?.text,
  OPT_IN_UNKNOWN: () => plan(upgradeHook, { fromVersion: "1.0.0" }, { stup: true }).warnings[0]?.text,
  VERSION_UNUSABLE: () => {
    try {
      plan(upgradeHook, { fromVersion: "latest" });
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  },
  HOOK_FILE_MISSING: missingFile,
  HOOK_FILE_OUTSIDE: outsideLink,
  HOOK_SOURCE_TOO_LARGE: () =>
    inline("HOOK_SOURCE_TOO_LARGE", `export async function setup() {} // ${"x".repeat(300_000)}`),
  HOOK_SYNTAX: () => inline("HOOK_SYNTAX", "export async function setup(ctx) {\n  await ctx.sleep(5;\n}"),
  HOOK_IMPORT: () =>
    inline("HOOK_IMPORT", 'import axios from "axios";\naxios();\nexport async function setup() {}'),
  HOOK_ENTRYPOINT: () => inline("HOOK_ENTRYPOINT", "export async function setUp() {}"),
  HOOK_DOUBTFUL: () =>
    inline("HOOK_DOUBTFUL", "export async function setup(ctx) {\n  if (typeof ctx == 'sting') return;\n}"),
  COMPILE_FAILED: compilerGivesUp,
};
