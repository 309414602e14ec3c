/** What a hook's source may be at most. Every value can be set; `docs/reference/limits.md` lists them. */
export interface CompileLimits {
  /** Bytes of one source file or inline text. Default 256 KiB. */
  sourceBytes: number;
  /** Bytes of all sources of one hook. Default 1 MiB. */
  totalBytes: number;
  /** Source files of one hook. Default 64. */
  files: number;
  /** Imports of one hook, in all its files. Default 1000. */
  imports: number;
  /**
   * Brackets open at once, strings and comments included. Default 1000. Deep nesting overflows the stack of
   * the compiler, which would end the compilation of everybody's hooks.
   */
  bracketDepth: number;
  /** UTF-16 code units of compiled code. Default 2 Mi. */
  codeLength: number;
  /** Milliseconds of one compilation. Default 10 000. */
  timeoutMs: number;
}

export const defaultCompileLimits: CompileLimits = {
  sourceBytes: 256 * 1024,
  totalBytes: 1024 * 1024,
  files: 64,
  imports: 1000,
  bracketDepth: 1000,
  codeLength: 2 * 1024 * 1024,
  timeoutMs: 10_000,
};

/** The limits to use: the defaults with the given ones in their place. */
export function resolveCompileLimits(limits: Partial<CompileLimits> = {}): CompileLimits {
  return { ...defaultCompileLimits, ...limits };
}
