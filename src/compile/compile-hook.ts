import { didYouMean } from "../schema/closest-name.ts";
import { stringLiteralAt } from "../schema/positions.ts";
import type { Problem } from "../schema/problem.ts";
import { createBundleCache, type BundleCache, type CachedBundle } from "./bundle-cache.ts";
import type { CompileOutcome, CompileRequest, HookSource } from "./bundle.ts";
import { sha256Hex } from "./catalog-reader.ts";
import { resolveCompileLimits, type CompileLimits } from "./compile-limits.ts";
import { placeName } from "./compile-problems.ts";
import { shorten } from "./refusal.ts";
import { areUnchanged, compileFile, compileInline } from "./hook-sources.ts";

/** How to compile. */
export interface CompileOptions {
  /** Limits other than the documented ones. */
  limits?: Partial<CompileLimits>;
  /** Where to keep bundles; null compiles every time. Default: one cache for the whole process. */
  cache?: BundleCache | null;
}

let processCache: BundleCache | null = null;

/**
 * Compiles a hook to one script, or says everything that is wrong with it, at the author's own lines. Never
 * rejects for what is in the sources; the code `COMPILE_FAILED` means that the compiler itself gave up.
 */
export async function compileHook(
  request: CompileRequest,
  options: CompileOptions = {},
): Promise<CompileOutcome> {
  const limits = resolveCompileLimits(options.limits);
  const cache = options.cache === undefined ? (processCache ??= createBundleCache()) : options.cache;
  const key = cache === null ? "" : cacheKey(request.source, limits);
  const cached = cache?.get(key);
  if (cached !== undefined && isFresh(cached, request.source, limits))
    return checkEntrypoint(request, cached);
  const compiled =
    request.source.kind === "file"
      ? await compileFile(request.source, limits)
      : await compileInline(request.source, limits);
  if (Array.isArray(compiled)) return { ok: false, problems: compiled };
  cache?.set(key, compiled);
  return checkEntrypoint(request, compiled);
}

/** An inline hook is named by all of its text; a file by its path, its content is compared by `isFresh`. */
function cacheKey(source: HookSource, limits: CompileLimits): string {
  return sha256Hex(JSON.stringify([source, limits]));
}

function isFresh(cached: CachedBundle, source: HookSource, limits: CompileLimits): boolean {
  return source.kind === "inline" || areUnchanged(cached.reads, source.catalogRoot, limits);
}

function checkEntrypoint(request: CompileRequest, compiled: CachedBundle): CompileOutcome {
  const { bundle, warnings } = compiled;
  if (bundle.exports.includes(request.entrypoint)) return { ok: true, bundle, warnings };
  return { ok: false, problems: [missingEntrypoint(request, compiled)] };
}

function missingEntrypoint({ source, entrypoint }: CompileRequest, compiled: CachedBundle): Problem {
  const pointer = source.pointer.replace(/[^/]*$/, "entrypoint");
  const place = entrypointPlace(source, pointer);
  const message = `${placeName(pointer)}: ${describeMissing(source, entrypoint, compiled)}`;
  return { severity: "error", code: "HOOK_ENTRYPOINT", pointer, ...place, message };
}

function describeMissing(source: HookSource, entrypoint: string, compiled: CachedBundle): string {
  const { exports } = compiled.bundle;
  const where = source.kind === "file" ? source.path : "the inline code";
  const found = `"${entrypoint}" is not exported by ${where}`;
  if (compiled.commonJs) {
    return `${found}, which assigns to module.exports or exports; write "export async function ${entrypoint}(ctx)".`;
  }
  if (exports.length === 0) {
    return `${found}, which exports nothing; write "export" before the function to call.`;
  }
  const names = shorten(exports.map((name) => `"${name}"`).join(", "), 300);
  return `${found}, which exports ${names}; name one of these, or export the function.${didYouMean(entrypoint, exports)}`;
}

function entrypointPlace(
  source: HookSource,
  pointer: string,
): { file?: string; line: number; column: number } {
  if (source.kind === "file") return { file: source.path, line: 1, column: 1 };
  const literal = source.scriptText === undefined ? null : stringLiteralAt(source.scriptText, pointer);
  return { file: source.scriptFile, line: literal?.line ?? 1, column: literal?.column ?? 1 };
}
