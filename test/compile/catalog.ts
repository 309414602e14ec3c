import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runInNewContext } from "node:vm";
import type { Bundle, CompileOutcome } from "../../src/compile/bundle.ts";
import { compileHook, type CompileOptions } from "../../src/compile/compile-hook.ts";
import type { Problem } from "../../src/schema/problem.ts";

/** A real catalog in a temporary folder. */
export interface TemporaryCatalog {
  /** The catalog's root; its parent folder is temporary too, for files that lie outside. */
  root: string;
  outside: string;
  write(path: string, text: string | Uint8Array): void;
  compile(path: string, options?: CompileOptions, entrypoint?: string): Promise<CompileOutcome>;
  remove(): void;
}

export function createCatalog(files: Record<string, string> = {}): TemporaryCatalog {
  const outside = realpathSync(mkdtempSync(join(tmpdir(), "tacklebox-compile-")));
  const root = join(outside, "catalog");
  mkdirSync(root);
  const write = (path: string, text: string | Uint8Array): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  return {
    root,
    outside,
    write,
    compile: (path, options = { cache: null }, entrypoint = "setup") =>
      compileHook(
        { source: { kind: "file", catalogRoot: root, path, pointer: "/hooks/0/script" }, entrypoint },
        options,
      ),
    remove: () => rmSync(outside, { recursive: true, force: true }),
  };
}

/** Compiles inline text; with `script` as the text of the install script it stands in. */
export function compileInlineText(
  text: string,
  options: CompileOptions & { script?: string; entrypoint?: string } = { cache: null },
): Promise<CompileOutcome> {
  const { script, entrypoint = "setup", ...rest } = options;
  const place = { pointer: "/hooks/0/scriptContent", scriptFile: "myapp.json" };
  const source = { kind: "inline" as const, text, ...place };
  return compileHook(
    { source: script === undefined ? source : { ...source, scriptText: script }, entrypoint },
    { cache: null, ...rest },
  );
}

/** The bundle of a compilation that has to succeed. */
export function bundleOf(outcome: CompileOutcome): Bundle {
  if (!outcome.ok) throw new Error(`did not compile: ${JSON.stringify(outcome.problems, null, 2)}`);
  return outcome.bundle;
}

/** The problems of a compilation that has to be refused. */
export function problemsOf(outcome: CompileOutcome): Problem[] {
  if (outcome.ok) throw new Error(`compiled: ${outcome.bundle.code}`);
  return outcome.problems;
}

/** The exports object a bundle evaluates to; only for sources written in the tests. */
export function evaluate(
  bundle: Bundle,
  globals: object = {},
): Record<string, (...values: unknown[]) => unknown> {
  return runInNewContext(bundle.code, globals, { filename: "hook.js" });
}
