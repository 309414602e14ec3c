import type { JsonObject } from "../../json.ts";
import { showValue } from "../describe-place.ts";
import type { Report } from "../problem-draft.ts";
import { hooksOf, textAt } from "../script-parts.ts";

/** A hook's `script` names a .ts or .js file by its relative path, and no `..` leads out of the catalog. */
export function checkScriptPaths(script: JsonObject, report: Report): void {
  for (const hook of hooksOf(script)) {
    const path = textAt(hook, "script");
    const fault = path === null ? null : findPathFault(path);
    if (fault === null) continue;
    const message = `${hook.place}: script ${showValue(path)} ${fault}; expected the path of a .ts or .js file inside the catalog; write for example "myapp/myapp_hook.ts".`;
    report({ code: "HOOK_SCRIPT_PATH", pointer: `${hook.pointer}/script`, message });
  }
}

function findPathFault(path: string): string | null {
  if (path === "") return "is empty";
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001F\u007F]/.test(path)) return "holds a control character";
  if (path.includes("\\")) return "holds a backslash";
  if (path.startsWith("/")) return "is absolute";
  if (/^[a-z][a-z0-9+.-]*:/i.test(path)) return "is an address or names a drive";
  if (leavesRoot(path)) return "leads out of the catalog";
  return /[^/]\.(ts|js|mts|mjs)$/.test(path) ? null : "does not end in .ts, .js, .mts or .mjs";
}

/** True when the path is above its starting point anywhere along the way. */
function leavesRoot(path: string): boolean {
  let depth = 0;
  for (const segment of path.split("/")) {
    if (segment === "..") depth -= 1;
    else if (segment !== "" && segment !== ".") depth += 1;
    if (depth < 0) return true;
  }
  return false;
}
