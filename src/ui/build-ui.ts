import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { build } from "esbuild";

/** A file of the activity center, ready to be served as it is. */
export interface UiFile {
  /** `/` for the page itself; the others carry a hash of their content in their name. */
  path: string;
  contentType: string;
  body: Buffer;
  gzip: Buffer;
  brotli: Buffer;
  /** True: the name changes with the content, so that it may be kept forever. */
  immutable: boolean;
}

export type UiFiles = readonly UiFile[];

const page = fileURLToPath(new URL("page/", import.meta.url));

let built: Promise<UiFiles> | null = null;

/** The activity center, bundled and compressed once per process. */
export async function buildUi(): Promise<UiFiles> {
  built ??= bundlePage();
  try {
    return await built;
  } catch (error) {
    built = null;
    throw error;
  }
}

async function bundlePage(): Promise<UiFiles> {
  const [{ script, style }, html, icon] = await Promise.all([
    bundle(),
    readFile(`${page}index.html`, "utf8"),
    readFile(`${page}icon.svg`),
  ]);
  const files = [
    named("app", "js", script, "text/javascript; charset=utf-8"),
    named("app", "css", style, "text/css; charset=utf-8"),
    named("icon", "svg", icon, "image/svg+xml"),
  ];
  const names = new Map(files.map(({ extension, path }) => [extension, path]));
  const filled = html.replaceAll(/\{(js|css|svg)\}/g, (_, extension: string) => names.get(extension) ?? "");
  const index = { path: "/", contentType: "text/html; charset=utf-8", body: Buffer.from(filled) };
  return await Promise.all([
    compress({ ...index, immutable: false }),
    ...files.map(({ path, contentType, body }) => compress({ path, contentType, body, immutable: true })),
  ]);
}

async function bundle(): Promise<{ script: Buffer; style: Buffer }> {
  const { outputFiles } = await build({
    entryPoints: [`${page}main.tsx`],
    outdir: "/",
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: ["es2023", "chrome123", "firefox125", "safari17.5"],
    tsconfigRaw: { compilerOptions: { jsx: "react-jsx", jsxImportSource: "preact" } },
    legalComments: "none",
    logLevel: "silent",
  });
  const find = (extension: string): Buffer => {
    const file = outputFiles.find(({ path }) => path.endsWith(extension));
    if (file === undefined) throw new Error(`src/ui/page: the bundle has no ${extension} file`);
    return Buffer.from(file.contents);
  };
  return { script: find(".js"), style: find(".css") };
}

function named(
  name: string,
  extension: string,
  body: Buffer,
  contentType: string,
): { extension: string; path: string; contentType: string; body: Buffer } {
  const hash = createHash("sha256").update(body).digest("hex").slice(0, 12);
  return { extension, path: `/${name}.${hash}.${extension}`, contentType, body };
}

async function compress(file: Omit<UiFile, "gzip" | "brotli">): Promise<UiFile> {
  const [zipped, brotli] = await Promise.all([
    promisify(gzip)(file.body, { level: constants.Z_BEST_COMPRESSION }),
    promisify(brotliCompress)(file.body, {
      params: { [constants.BROTLI_PARAM_SIZE_HINT]: file.body.length },
    }),
  ]);
  return { ...file, gzip: zipped, brotli };
}
