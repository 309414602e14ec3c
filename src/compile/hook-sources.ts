import type { Problem } from "../schema/problem.ts";
import { buildBundle, type BuiltScript } from "./build-bundle.ts";
import type { CachedBundle, SourceRead } from "./bundle-cache.ts";
import type { Bundle, HookSource, InlinePlacement } from "./bundle.ts";
import {
  checkSourceText,
  createCatalogReader,
  sha256Hex,
  type CatalogReader,
  type SourceFile,
} from "./catalog-reader.ts";
import type { CompileLimits } from "./compile-limits.ts";
import { problemInDeclaration, problemInSource } from "./compile-problems.ts";
import { placeInline } from "./inline-position.ts";
import { isRefusal, shorten, type Refusal } from "./refusal.ts";
import { loaderOf, resolveImport, type ImportRequest } from "./resolve-import.ts";

type InlineSource = HookSource & { kind: "inline" };
type FileSource = HookSource & { kind: "file" };

/** Compiles inline text. It stands alone: an import that is not erased is refused. */
export async function compileInline(
  source: InlineSource,
  limits: CompileLimits,
): Promise<CachedBundle | Problem[]> {
  const placement = placeInline(source);
  const entry = checkSourceText(`${source.scriptFile}#${source.pointer}`, Buffer.from(source.text), limits);
  if (isRefusal(entry)) {
    const scope = { source, placement, textOf: () => source.text };
    return [
      problemInSource(scope, source.scriptFile, { line: 1, column: 1 }, { severity: "error", ...entry }),
    ];
  }
  const built = await buildBundle({
    entry,
    resolve: refuseInlineImport,
    scope: { source, placement },
    limits,
  });
  return Array.isArray(built) ? built : { ...toCached(built, placement), reads: [] };
}

function refuseInlineImport({ specifier }: ImportRequest): Refusal {
  return {
    code: "HOOK_IMPORT",
    message:
      `"${shorten(specifier)}" is imported, but inline hooks stand alone; copy the code into scriptContent, ` +
      "or use script with a file of the catalog.",
  };
}

/** Compiles a catalog file with its relative imports. */
export async function compileFile(
  source: FileSource,
  limits: CompileLimits,
): Promise<CachedBundle | Problem[]> {
  const reads = new Map<string, SourceFile | Refusal | null>();
  const reader = recordReads(createCatalogReader(source.catalogRoot, limits), reads);
  const entry = readEntry(reader, source);
  if ("severity" in entry) return [entry];
  const built = await buildBundle({
    entry,
    resolve: (request) => resolveImport(reader, request),
    scope: { source, placement: null },
    limits,
  });
  return Array.isArray(built) ? built : { ...toCached(built, null), reads: toSourceReads(reads) };
}

/** Whether the catalog would answer everything that was read as it did then. */
export function areUnchanged(
  reads: readonly SourceRead[],
  catalogRoot: string,
  limits: CompileLimits,
): boolean {
  const reader = createCatalogReader(catalogRoot, limits);
  return reads.every(({ asked, found }) => {
    const now = reader.read(asked);
    if (now === null || found === null) return now === found;
    return !isRefusal(now) && now.path === found.path && now.sha256 === found.sha256;
  });
}

function readEntry(reader: CatalogReader, source: FileSource): SourceFile | Problem {
  const file = reader.read(source.path);
  if (file === null) {
    return problemInDeclaration(
      source,
      "HOOK_FILE_MISSING",
      `"${shorten(source.path)}" is not a file of the catalog; give the path from the catalog's root folder.`,
    );
  }
  if (!isRefusal(file)) {
    const loader = loaderOf(file.path);
    if (loader === "ts" || loader === "js") return file;
    return problemInDeclaration(
      source,
      "HOOK_FILE_MISSING",
      `"${shorten(source.path)}" is not a script; name a .ts, .mts, .js or .mjs file.`,
    );
  }
  if (file.code === "HOOK_FILE_MISSING" || file.code === "HOOK_FILE_OUTSIDE" || file.code === "HOOK_IMPORT") {
    return problemInDeclaration(source, file.code, file.message);
  }
  const scope = { source, placement: null, textOf: () => undefined };
  return problemInSource(scope, source.path, { line: 1, column: 1 }, { severity: "error", ...file });
}

/** Answers each path once, so that one compilation sees one state of the catalog. */
function recordReads(reader: CatalogReader, reads: Map<string, SourceFile | Refusal | null>): CatalogReader {
  return {
    read(path) {
      const known = reads.get(path);
      if (known !== undefined) return known;
      const found = reader.read(path);
      reads.set(path, found);
      return found;
    },
  };
}

function toSourceReads(reads: Map<string, SourceFile | Refusal | null>): SourceRead[] {
  return [...reads].map(([asked, found]) => ({
    asked,
    found: found === null || isRefusal(found) ? null : { path: found.path, sha256: found.sha256 },
  }));
}

/** Of the text `sha256sum` prints for the files, so that an author can compute it: sha256sum a b | sha256sum */
function listingSha256(sources: Bundle["sources"]): string {
  return sha256Hex(sources.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join(""));
}

function toCached(built: BuiltScript, inline: InlinePlacement | null): Omit<CachedBundle, "reads"> {
  const sources = built.files
    .map(({ path, sha256 }) => ({ path, sha256 }))
    .toSorted((left, right) => Buffer.compare(Buffer.from(left.path), Buffer.from(right.path)));
  const code = built.code ?? "";
  const bundle: Bundle = {
    format: 1,
    sha256: sha256Hex(code),
    sourceSha256: inline === null ? listingSha256(sources) : (sources[0]?.sha256 ?? sha256Hex("")),
    code,
    sourceMap: built.sourceMap,
    exports: built.exports,
    sources,
    inline,
  };
  return { bundle, warnings: built.warnings, commonJs: built.code === null };
}
