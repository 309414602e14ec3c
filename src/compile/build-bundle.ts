import type { BuildOptions, BuildResult, OnResolveArgs, OnResolveResult, Plugin } from "esbuild";
import type { Problem } from "../schema/problem.ts";
import type { SourceFile } from "./catalog-reader.ts";
import type { CompileLimits } from "./compile-limits.ts";
import {
  catalogNamespace,
  computedImport,
  pathOf,
  problemInDeclaration,
  problemsFromMessages,
  type ProblemScope,
} from "./compile-problems.ts";
import { runBuild } from "./esbuild-service.ts";
import { blankJsonComments } from "./read-json-module.ts";
import { isRefusal, shorten, type Refusal } from "./refusal.ts";
import { loaderOf, type ImportRequest } from "./resolve-import.ts";
import { scriptBanner, scriptFromModule } from "./script-from-module.ts";

/** What is to be built. */
export interface BuildInput {
  entry: SourceFile;
  /** Finds the file behind an import, or says why it may not be imported. */
  resolve(request: ImportRequest): SourceFile | Refusal;
  scope: Omit<ProblemScope, "textOf">;
  limits: CompileLimits;
}

/** A finished build. */
export interface BuiltScript {
  /** Null when the sources are CommonJS, which has no exports that could be listed. */
  code: string | null;
  sourceMap: string;
  exports: string[];
  /** Every file that went in, the entry first. */
  files: SourceFile[];
  warnings: Problem[];
}

const inlineName = "hook.ts";

/*
 * esbuild is kept from the disk: it gets texts only, no tsconfig, and a plugin that answers every import and every
 * load. For an import path with gaps (import(`./${name}.json`)) esbuild 0.28 searches folders without asking plugins
 * at all; `esbuild-limited.sh` leaves it no descriptor for that, and what it may find elsewhere is never loaded.
 * An import that TypeScript erases does not reach the plugin.
 */
const commonOptions: BuildOptions = {
  bundle: true,
  write: false,
  // Neither exists: nothing is written, and no path of this machine can get into an output.
  absWorkingDir: "/",
  outfile: "/bundle.js",
  format: "esm",
  platform: "neutral",
  target: "esnext",
  supported: { "top-level-await": false, "import-meta": false, decorators: false },
  // Also keeps the output of deep nesting from growing with the square of its depth.
  minifyWhitespace: true,
  banner: { js: scriptBanner },
  sourcemap: "external",
  metafile: true,
  tsconfigRaw: "{}",
  charset: "utf8",
  legalComments: "none",
  logLevel: "silent",
};

/** Builds one script out of an entry and what it imports. */
export async function buildBundle(input: BuildInput): Promise<BuiltScript | Problem[]> {
  const files = new Map([[input.entry.path, input.entry]]);
  const inline = input.scope.source.kind === "inline";
  const scope: ProblemScope = {
    ...input.scope,
    textOf: (name) => (inline ? input.entry.text : files.get(pathOf(name))?.text),
  };
  const outcome = await runBuild(
    {
      ...commonOptions,
      ...(inline
        ? { stdin: { contents: withoutInlineMap(input.entry.text), loader: "ts", sourcefile: inlineName } }
        : { entryPoints: [input.entry.path] }),
      plugins: [catalogPlugin(input, files)],
    },
    input.limits.timeoutMs,
  );
  switch (outcome.kind) {
    case "built":
      return finish(outcome.result, { input, files, scope });
    case "failed":
      return problemsFromMessages(scope, outcome.errors, "error");
    case "crashed":
      return [
        stopped(
          input,
          "the compiler ran out of memory or stack on this code; make it simpler and less nested.",
        ),
      ];
    case "unavailable":
      return [
        stopped(
          input,
          `the compiler does not start (${outcome.reason}); check that esbuild's package for this machine is installed.`,
        ),
      ];
    case "timed-out":
      return [
        stopped(
          input,
          `the code did not compile within ${input.limits.timeoutMs / 1000} s; make it simpler, or try again.`,
        ),
      ];
  }
}

function isSourceMap(value: unknown): value is { sources: string[]; sourcesContent: string[] } {
  return typeof value === "object" && value !== null && "sources" in value && "sourcesContent" in value;
}

/** Disarms a source map inside the source: esbuild would follow it and name lines of files nobody has. */
function withoutInlineMap(text: string): string {
  return text.replaceAll(/sourceMappingURL=(?=\s*data:)/g, "sourceMappingUrl=");
}

interface Finishing {
  input: BuildInput;
  files: Map<string, SourceFile>;
  scope: ProblemScope;
}

function finish(result: BuildResult, finishing: Finishing): BuiltScript | Problem[] {
  const { input, files, scope } = finishing;
  const map = result.outputFiles?.find((file) => file.path.endsWith(".map"))?.text ?? "{}";
  const module = result.outputFiles?.find((file) => file.path.endsWith(".js"))?.text ?? "";
  const outputs = Object.values(result.metafile?.outputs ?? {});
  const exports = (outputs.find((output) => output.entryPoint !== undefined)?.exports ?? []).toSorted();
  const code = scriptFromModule(module, exports);
  if (code !== null && code.length > input.limits.codeLength) {
    const message = `the compiled code has ${code.length} characters, at most ${input.limits.codeLength} are allowed; make it shorter.`;
    return [problemInDeclaration(scope.source, "HOOK_SOURCE_TOO_LARGE", message)];
  }
  return {
    code,
    sourceMap: renameSources(map, finishing),
    exports: code === null ? [] : exports,
    files: [...files.values()],
    warnings: problemsFromMessages(scope, result.warnings, "warning"),
  };
}

/** Gives the sources of a map the names and the texts authors know. */
function renameSources(mapText: string, { input, files, scope }: Finishing): string {
  const map: unknown = JSON.parse(mapText);
  if (!isSourceMap(map)) return mapText;
  const inline = scope.source.kind === "inline";
  const paths = map.sources.map((name) => (inline ? input.entry.path : pathOf(name)));
  const sourcesContent = paths.map((path, index) => files.get(path)?.text ?? map.sourcesContent[index]);
  return JSON.stringify({ ...map, sources: paths, sourcesContent });
}

function stopped(input: BuildInput, message: string): Problem {
  return problemInDeclaration(input.scope.source, "COMPILE_FAILED", message);
}

function catalogPlugin(input: BuildInput, files: Map<string, SourceFile>): Plugin {
  const building: Building = { input, files, imports: 0 };
  return {
    name: catalogNamespace,
    setup(build) {
      build.onResolve({ filter: /.*/ }, (args) => answerImport(args, building));
      build.onLoad({ filter: /.*/ }, ({ path, namespace }) => {
        const file = namespace === catalogNamespace ? files.get(path) : undefined;
        const loader = loaderOf(path);
        if (file === undefined || loader === null) return refuse(computedImport);
        return {
          contents: loader === "json" ? blankJsonComments(file.text) : withoutInlineMap(file.text),
          loader,
        };
      });
    },
  };
}

interface Building {
  input: BuildInput;
  files: Map<string, SourceFile>;
  imports: number;
}

function answerImport(args: OnResolveArgs, building: Building): OnResolveResult {
  const { input, files } = building;
  if (args.kind === "entry-point") return { path: args.path, namespace: catalogNamespace };
  building.imports += 1;
  if (building.imports > input.limits.imports) return refuse(tooManyImports(input.limits));
  if (args.kind === "require-call" || args.kind === "require-resolve") {
    // It may stand behind a check such as `typeof require`; where it is reached, it throws at the author's line.
    const text = `require("${shorten(args.path)}") fails when it is reached: there is no require in a hook; use import for files of the catalog.`;
    const detail: Refusal = { code: "HOOK_DOUBTFUL", message: text };
    return { path: args.path, external: true, warnings: [{ text, detail }] };
  }
  const importer = args.namespace === catalogNamespace ? args.importer : input.entry.path;
  const file = input.resolve({ importer, specifier: args.path, attributes: args.with });
  if (isRefusal(file)) return refuse(file);
  const overTotal = refuseOverTotals(files, file, input.limits);
  if (overTotal !== null) return refuse(overTotal);
  if (!files.has(file.path)) files.set(file.path, file);
  return { path: file.path, namespace: catalogNamespace };
}

function refuse(refusal: Refusal): Pick<OnResolveResult, "errors"> {
  return { errors: [{ text: refusal.message, detail: refusal }] };
}

function tooManyImports(limits: CompileLimits): Refusal {
  return {
    code: "HOOK_SOURCE_TOO_LARGE",
    message: `the hook has more than ${limits.imports} imports; import fewer files.`,
  };
}

/** Refuses the file that would be one too many, or too much. */
function refuseOverTotals(
  files: Map<string, SourceFile>,
  next: SourceFile,
  limits: CompileLimits,
): Refusal | null {
  if (files.has(next.path)) return null;
  if (files.size >= limits.files) {
    return {
      code: "HOOK_SOURCE_TOO_LARGE",
      message: `${next.path} is one file more than the ${limits.files} a hook may have; import fewer files.`,
    };
  }
  const total = [...files.values(), next].reduce((sum, file) => sum + file.bytes, 0);
  if (total <= limits.totalBytes) return null;
  return {
    code: "HOOK_SOURCE_TOO_LARGE",
    message: `with ${next.path} the sources have ${total} bytes, at most ${limits.totalBytes} are allowed; import less.`,
  };
}
