import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** What a sandbox process is started with. */
export interface SandboxCode {
  /** Text of the child program, handed over on its standard input; the guest and the validator are in it. */
  child: string;
  /** Absolute path of isolated-vm's native module for this Node. */
  addon: string;
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

async function bundleAll(): Promise<SandboxCode> {
  const [guest, validator] = await Promise.all([
    bundleText("guest/main.ts", {
      format: "iife",
      globalName: "tackleboxGuest",
      footer: "tackleboxGuest.default ?? tackleboxGuest",
    }),
    bundleText("child/input-validator.ts", {
      format: "iife",
      globalName: "tackleboxValidator",
      footer: "tackleboxValidator.validateInput",
    }),
  ]);
  const child = await bundleText("child/main.ts", {
    format: "cjs",
    define: { GUEST_CODE: JSON.stringify(guest), VALIDATOR_CODE: JSON.stringify(validator) },
  });
  return { child, addon: findAddon() };
}

interface BundleShape {
  format: "iife" | "cjs";
  globalName?: string;
  footer?: string;
  define?: Record<string, string>;
}

async function bundleText(entry: string, shape: BundleShape): Promise<string> {
  const result = await build({
    entryPoints: [join(here, entry)],
    bundle: true,
    write: false,
    platform: shape.format === "cjs" ? "node" : "neutral",
    mainFields: ["module", "main"],
    format: shape.format,
    target: "esnext",
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    logLevel: "silent",
    ...(shape.globalName === undefined ? {} : { globalName: shape.globalName }),
    ...(shape.footer === undefined ? {} : { footer: { js: shape.footer } }),
    ...(shape.define === undefined ? {} : { define: shape.define }),
  });
  return result.outputFiles[0]?.text ?? "";
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
