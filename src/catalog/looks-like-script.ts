import { isJsonObject } from "../json.ts";
import { parseJson } from "../schema/parse-json.ts";

/** Fields that only install scripts have; with `version` 4 or 5 one is recognised even without them. */
const tellingFields = ["app_values", "ensure_directories_exists", "installation_questions", "hooks"];

/** Whether a JSON file is meant to be an install script; a broken one counts when it mentions what only those have. */
export function looksLikeScript(text: string): boolean {
  const { value, problems } = parseJson(text);
  if (isJsonObject(value)) {
    const isKnownVersion = value["version"] === 4 || value["version"] === 5;
    if (isKnownVersion || tellingFields.filter((field) => Object.hasOwn(value, field)).length >= 2)
      return true;
  }
  const isBroken = value === undefined || problems.some(({ code }) => code === "JSON_SYNTAX");
  return (
    isBroken &&
    (/"version"\s*:\s*[45]\b/.test(text) || tellingFields.some((field) => text.includes(`"${field}"`)))
  );
}

/** Folders of a catalog that hold no install scripts: those that begin with `.` or `_`, and packages. */
export function isScriptFolder(name: string): boolean {
  return !/^[._]/.test(name) && name !== "node_modules";
}
