import type { Bundle } from "./bundle.ts";
import type { Problem } from "../schema/problem.ts";

/** What the compiler asked the catalog for, and what it got: a bundle stands for exactly this. */
export interface SourceRead {
  /** The path that was asked for. */
  asked: string;
  /** The file that was there, or null when there was none. */
  found: { path: string; sha256: string } | null;
}

export interface CachedBundle {
  bundle: Bundle;
  warnings: Problem[];
  reads: SourceRead[];
  /** True when the sources are CommonJS; such a bundle has no exports and is never run. */
  commonJs: boolean;
}

/** Compiled hooks by what went into them; the least recently used go first when the space is used up. */
export interface BundleCache {
  get(key: string): CachedBundle | undefined;
  set(key: string, entry: CachedBundle): void;
  /** Bytes held, as estimated. */
  readonly bytes: number;
}

export interface BundleCacheOptions {
  /** Bytes to hold at most, estimated from the lengths of the texts. Default 32 MiB. */
  maxBytes?: number;
}

/** Makes an empty cache. */
export function createBundleCache(options: BundleCacheOptions = {}): BundleCache {
  const maxBytes = options.maxBytes ?? 32 * 1024 * 1024;
  const entries = new Map<string, CachedBundle>();
  let bytes = 0;
  const remove = (key: string): void => {
    const entry = entries.get(key);
    if (entry === undefined) return;
    entries.delete(key);
    bytes -= bytesOf(entry);
  };
  return {
    get bytes() {
      return bytes;
    },
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry;
    },
    set(key, entry) {
      remove(key);
      entries.set(key, entry);
      bytes += bytesOf(entry);
      for (const oldest of entries.keys()) {
        if (bytes <= maxBytes) break;
        remove(oldest);
      }
    },
  };
}

function bytesOf({ bundle, warnings, reads }: CachedBundle): number {
  const literal = bundle.inline?.literal?.raw.length ?? 0;
  const texts = bundle.code.length + bundle.sourceMap.length + literal;
  return 2 * texts + 512 * (1 + warnings.length + reads.length);
}
