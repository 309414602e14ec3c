import type { Problem } from "../schema/problem.ts";

/** Where a hook's source is. Only what lies inside the catalog root can be read. */
export type HookSource =
  | {
      kind: "file";
      /** Absolute path of the catalog's root folder. */
      catalogRoot: string;
      /** `script` of the declaration, relative to the root. */
      path: string;
      /** JSON pointer of the `script` field, for problems. */
      pointer: string;
    }
  | {
      kind: "inline";
      /** The `scriptContent` text. */
      text: string;
      /** JSON pointer of the `scriptContent` field. */
      pointer: string;
      /** Name of the install script, as problems and stacks show it, e.g. `myapp.json`. */
      scriptFile: string;
      /** Whole text of the install script, to map positions into the JSON; absent: positions are the inline text's own. */
      scriptText?: string;
    };

export interface CompileRequest {
  source: HookSource;
  /** The export that will be called; a missing one is a problem. */
  entrypoint: string;
}

/** A compiled hook: one classic script that evaluates to the module's exports object. */
export interface Bundle {
  format: 1;
  /** SHA-256 (hex) of `code`; the bundle's name in the datastore and the execution record. */
  sha256: string;
  /**
   * SHA-256 (hex) of the sources, the same whatever compiles them: of an inline hook's text, or of what `sha256sum` prints for the
   * files in byte order of their paths. What an author's checksum names.
   */
  sourceSha256: string;
  /** JavaScript text, an expression-valued script: evaluating it yields the exports object. */
  code: string;
  /** Source map (version 3 JSON text) of `code`. */
  sourceMap: string;
  /** Names the module exports. */
  exports: string[];
  /** Each source file, relative to the catalog root, or `<script>#<pointer>` for inline text. */
  sources: { path: string; sha256: string }[];
  /** For inline hooks: how a position in the text maps into the JSON file. */
  inline: InlinePlacement | null;
}

export interface InlinePlacement {
  scriptFile: string;
  pointer: string;
  /** 1-based position of the opening quote of the JSON string; null when the script's text was not given. */
  literal: { line: number; column: number; raw: string } | null;
}

export type CompileOutcome =
  | { ok: true; bundle: Bundle; warnings: Problem[] }
  | { ok: false; problems: Problem[] };

/** An author's own line. */
export interface SourceLocation {
  /** File relative to the catalog root, or the install script for inline hooks. */
  file: string;
  line: number;
  column: number;
  /** For inline hooks: the position inside the `scriptContent` text. */
  inline?: { pointer: string; line: number; column: number };
  /** The source line itself, trimmed to 200 characters. */
  snippet?: string;
}
