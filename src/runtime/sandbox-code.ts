import { readdirSync, realpathSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { guestBundleShape } from "./guest/entry-protocol.ts";

/** What a sandbox process is started with. */
export interface SandboxCode {
  /** Text of the child program, handed over on its standard input; the guest and the validator are in it. */
  child: string;
  /** Absolute path of isolated-vm's native module for this Node. */
  addon: string;
  /** True when every user may read the addon and run this Node. */
  readableByAll: boolean;
}

const here = dirname(fileURLToPath(import.meta.url));
let built: Promise<SandboxCode> | null = null;

/** Bundles guest, validator and child once a process. */
export function buildSandboxCode(): Promise<SandboxCode> {
  built ??= bundleAll().catch((error: unknown) => {
    built = null;
    throw error;
  });
  return built;
}

/** Takes what an earlier process has built from the same sources; for programs that start often. */
export function provideSandboxCode(code: SandboxCode): void {
  built = Promise.resolve(code);
}

async function bundleAll(): Promise<SandboxCode> {
  const [guest, validator] = await Promise.all([
    bundleText("guest/main.ts", guestBundleShape),
    bundleText("child/input-validator.ts", validatorShape),
  ]);
  const child = await bundleText("child/main.ts", {
    format: "cjs",
    define: { GUEST_CODE: JSON.stringify(guest), VALIDATOR_CODE: JSON.stringify(validator) },
  });
  const addon = findAddon();
  return { child, addon, readableByAll: isReadableByAll(addon) && isReadableByAll(process.execPath) };
}

/** One expression whose value is `(schemaJson, valueJson) => string`. */
const validatorShape = {
  format: "iife",
  globalName: "tackleboxValidator",
  banner: "(() => {",
  footer: "return tackleboxValidator.validateInput; })()",
} as const;

interface BundleShape {
  format: "iife" | "cjs";
  minifyIdentifiers?: boolean;
  globalName?: string;
  banner?: string;
  footer?: string;
  define?: Record<string, string>;
}

async function bundleText(entry: string, shape: BundleShape): Promise<string> {
  const { banner, footer, ...rest } = shape;
  const result = await build({
    entryPoints: [join(here, entry)],
    bundle: true,
    write: false,
    platform: shape.format === "cjs" ? "node" : "neutral",
    mainFields: ["module", "main"],
    target: "esnext",
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    logLevel: "silent",
    ...(banner === undefined ? {} : { banner: { js: banner } }),
    ...(footer === undefined ? {} : { footer: { js: footer } }),
    ...rest,
  });
  return result.outputFiles[0]?.text ?? "";
}

/** True when others may read the file and pass every folder above it. */
function isReadableByAll(path: string): boolean {
  const real = realpathSync(path);
  if ((statSync(real).mode & 0o004) === 0) return false;
  for (let folder = dirname(real); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/**
 * isolated-vm's own look-up reads folders, which the sandbox's permissions refuse; so it is done here.
 * File names: `isolated-vm.abi<ABI>.<libc>.node` (isolated-vm 7 package).
 */
function findAddon(): string {
  const root = dirname(createRequire(import.meta.url).resolve("isolated-vm/package.json"));
  const folder = join(root, "prebuilds", `${process.platform}-${process.arch}`);
  const abi = `abi${process.versions.modules}.`;
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  const libc = process.platform !== "linux" ? "" : report.header?.glibcVersionRuntime ? "glibc" : "musl";
  const name = readdirSync(folder).find((file) => file.includes(abi) && file.includes(libc));
  if (name === undefined)
    throw new Error(`isolated-vm has no prebuilt module for ${abi}${libc} in ${folder}`);
  return join(folder, name);
}
