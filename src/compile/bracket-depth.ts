/**
 * Offset of the bracket that opens one level more than `limit`, or null. Counts `{`, `[` and `(` wherever they
 * stand, strings and comments too: what matters is that no compiler ever recurses deeper than this, and text
 * with a thousand unmatched brackets does not occur.
 */
export function findTooDeepBracket(text: string, limit: number): number | null {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case 0x28:
      case 0x5b:
      case 0x7b:
        depth++;
        if (depth > limit) return index;
        break;
      case 0x29:
      case 0x5d:
      case 0x7d:
        if (depth > 0) depth--;
        break;
    }
  }
  return null;
}
