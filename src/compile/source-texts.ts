import type { Bundle } from "./bundle.ts";

/** The texts a bundle was compiled from, by path, as its source map holds them; empty when the map cannot be read. */
export function sourceTexts({ sourceMap }: Bundle): Map<string, string> {
  try {
    const map = JSON.parse(sourceMap) as { sources?: string[]; sourcesContent?: (string | null)[] };
    return new Map((map.sources ?? []).map((path, index) => [path, map.sourcesContent?.[index] ?? ""]));
  } catch {
    return new Map();
  }
}
