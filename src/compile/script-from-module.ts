/*
 * Turns esbuild's ES module output into one classic script whose value is the exports object.
 * esbuild ends a bundled module with a single `export{local as name,...};` and lists the names in its metafile;
 * for other output formats it lists none. `scriptBanner` goes before the module through esbuild, so that the
 * source map counts it.
 */

/** Opens the script. Module code is strict code. */
export const scriptBanner = '(()=>{"use strict";';

const closing = "\nreturn{__proto__:null};})()\n";
const exportItem =
  /([^\s,"'`{}]+)(?:\s*as\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|[^\s,"'`{}]+))?/y;

/**
 * The script for `module`, or null when the module is CommonJS (it assigns to `module.exports` or `exports`).
 * The exports object has no prototype: a hook's `constructor` is the hook's own.
 */
export function scriptFromModule(module: string, exports: readonly string[]): string | null {
  if (exports.length === 0) return module.trimEnd() + closing;
  const end = module.trimEnd();
  for (let start = end.lastIndexOf("export{"); start >= 0; start = end.lastIndexOf("export{", start - 1)) {
    const members = toMembers(end.slice(start + "export{".length));
    if (members !== null) return `${end.slice(0, start)}return{__proto__:null,${members}};})()\n`;
    if (start === 0) break;
  }
  return null;
}

/** Members of an object literal for `local as name,...};`; null when the text is not the whole of an export clause. */
function toMembers(clause: string): string | null {
  const members: string[] = [];
  exportItem.lastIndex = 0;
  for (;;) {
    const item = exportItem.exec(clause);
    const local = item?.[1];
    if (item === null || local === undefined) return null;
    const name = item[2] ?? local;
    members.push(`[${/^["'`]/.test(name) ? name : JSON.stringify(name)}]:${local}`);
    const rest = clause.slice(exportItem.lastIndex);
    if (rest === "};" || rest === "}") return members.join(",");
    if (!rest.startsWith(",")) return null;
    exportItem.lastIndex += 1;
  }
}
