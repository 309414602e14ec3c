import { posix } from "node:path";
import type { CatalogReader, SourceFile } from "./catalog-reader.ts";
import { isRefusal, shorten, type Refusal } from "./refusal.ts";

/** What stands in an import. */
export interface ImportRequest {
  /** Path of the importing file, relative to the catalog's root. */
  importer: string;
  specifier: string;
  /** `with {...}`. */
  attributes: Record<string, string>;
}

/** How esbuild is to read a file. */
export type SourceLoader = "ts" | "js" | "json";

/** Endings tried, in this order, where an import names none. */
const triedEndings = [".ts", ".mts", ".js", ".mjs", ".json", ".jsonc"];
const loaders: Record<string, SourceLoader> = {
  ".ts": "ts",
  ".mts": "ts",
  ".js": "js",
  ".mjs": "js",
  ".json": "json",
  ".jsonc": "json",
};
/** TypeScript lets an import name the file it will become. */
const writtenAs: Record<string, string> = { ".js": ".ts", ".mjs": ".mts" };

/** How to read the file at `path`; null for an ending that hooks cannot use. */
export function loaderOf(path: string): SourceLoader | null {
  const ending = posix.extname(path);
  return Object.hasOwn(loaders, ending) ? (loaders[ending] ?? null) : null;
}

/** Finds and reads the file an import names, or says why it may not be imported. */
export function resolveImport(reader: CatalogReader, request: ImportRequest): SourceFile | Refusal {
  const { specifier } = request;
  if (!/^\.\.?(?:\/|$)/.test(specifier)) return refuseForeign(specifier);
  const path = posix.join(posix.dirname(request.importer), specifier);
  for (const candidate of candidatesFor(path)) {
    const found = reader.read(candidate);
    if (found === null) continue;
    return isRefusal(found) ? found : (refuseKind(found, request) ?? found);
  }
  return {
    code: "HOOK_FILE_MISSING",
    message:
      `"${shorten(specifier)}" names no file: ${shorten(path)} was looked for, also with the endings ` +
      `${triedEndings.join(", ")} and as a folder with an index file; correct the path.`,
  };
}

function candidatesFor(path: string): string[] {
  const ending = posix.extname(path);
  const typed = writtenAs[ending];
  return [
    path,
    ...(typed === undefined ? [] : [path.slice(0, -ending.length) + typed]),
    ...triedEndings.map((tried) => path + tried),
    ...triedEndings.map((tried) => posix.join(path, `index${tried}`)),
  ];
}

function refuseKind(file: SourceFile, request: ImportRequest): Refusal | null {
  const loader = loaderOf(file.path);
  if (loader === null) {
    return {
      code: "HOOK_IMPORT",
      message: `"${shorten(request.specifier)}" is ${file.path}, which is neither code nor JSON; import ${triedEndings.join(", ")} only.`,
    };
  }
  for (const [name, value] of Object.entries(request.attributes)) {
    if (name === "type" && value === "json" && loader === "json") continue;
    return {
      code: "HOOK_IMPORT",
      message: `"${shorten(request.specifier)}" is imported with {${shorten(name)}: "${shorten(value)}"}; the only attribute is {type: "json"}, for .json and .jsonc.`,
    };
  }
  return null;
}

function refuseForeign(specifier: string): Refusal {
  return {
    code: "HOOK_IMPORT",
    message: `"${shorten(specifier)}" is ${kindOf(specifier)}; a hook can import only relative files of its catalog ("./x", "../x"). ${adviceFor(specifier)}`,
  };
}

function kindOf(specifier: string): string {
  if (specifier.startsWith("/")) return "an absolute path";
  if (specifier.startsWith("node:")) return "a module of Node";
  if (/^[a-z][a-z\d+.-]*:/i.test(specifier)) return "a URL";
  return "a package";
}

function adviceFor(specifier: string): string {
  return kindOf(specifier) === "an absolute path"
    ? "Write the path relative to this file."
    : "Copy the code you need into the catalog; for requests there is fetch.";
}
