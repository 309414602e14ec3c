import { entry, type CatalogueEntry } from "./catalogue-entry.ts";

/** What can be wrong with an install script and its hooks' sources. */
export const scriptErrors = {
  // --- validate: src/schema
  JSON_SYNTAX: entry("reject-script", "Not valid JSON", "Mend the JSON at the place shown."),
  JSON_LIMIT: entry(
    "reject-script",
    "Install script too large",
    "Keep the file below the documented limits.",
  ),
  JSON_DUPLICATE_KEY: entry("reject-script", "Field written twice", "Keep one of the two fields."),
  SCRIPT_VERSION: entry(
    "reject-script",
    "Unknown install script version",
    'Use "version": 5, or 4 for a script without hooks.',
  ),
  SCHEMA_TYPE: entry("reject-script", "Wrong type of value", "Give a value of the type named."),
  SCHEMA_REQUIRED: entry("reject-script", "Field missing", "Add the field."),
  SCHEMA_VALUE: entry("reject-script", "Value not allowed", "Use one of the values named."),
  HOOKS_NEED_V5: entry("reject-script", "Hooks in a V4 script", 'Set "version": 5.'),
  HOOK_ID_DUPLICATE: entry("reject-script", "Hook id used twice", "Give each hook its own id."),
  HOOK_SOURCE: entry(
    "reject-script",
    "Not exactly one hook source",
    "Keep exactly one of script and scriptContent.",
  ),
  HOOK_SCRIPT_PATH: entry(
    "reject-script",
    "Script path leaves the catalog",
    "Name a .ts or .js file by its path inside the catalog.",
  ),
  METADATA_REQUIRED: entry(
    "reject-script",
    "Custom app without metadata",
    "Add metadata with name, description, icon and version.",
  ),
  LINK_URL: entry("reject-script", "Link is not a full web address", "Write a full https:// address."),
  SEMVER_RANGE: entry("reject-script", "Not a semver range", 'Write a range such as ">= 2.0.0 < 3".'),
  QUESTION_KEY_DUPLICATE: entry(
    "reject-script",
    "Question key used twice",
    "Give each question its own key.",
  ),
  INPUT_ID_DUPLICATE: entry(
    "reject-script",
    "Input id used twice",
    "Give each input of the hook its own id.",
  ),
  QUESTION_OPTIONS: entry(
    "reject-script",
    "Select question without options",
    "Add options, each with text and value.",
  ),
  OAUTH_URL: entry(
    "reject-script",
    "Sign-in address not allowed",
    "Use https addresses with placeholders only in path, query or fragment.",
  ),
  MACRO_UNKNOWN: entry("reject-script", "Unknown macro", "Use one of the macros of the reference."),
  MACRO_SYNTAX: entry("reject-script", "Macro not written correctly", "Balance the parentheses and quotes."),
  FIELD_UNKNOWN: entry("warning", "Unknown field", "Remove it, or check its spelling; it is ignored."),
  LOCATION_UNDECLARED: entry(
    "warning",
    "Location used but not declared",
    "Add it to requirements.locations.",
  ),
  QUESTION_UNDECLARED: entry(
    "warning",
    "Question used but not declared",
    "Add it to installation_questions, or correct the key.",
  ),
  HOOK_NEVER_RUNS: entry("warning", "Hook never runs", "Change its event, condition or userOptional."),
  FIELD_STYLE: entry("warning", "Unusual spelling of a value", "Write it as the reference does."),
  // --- lock: src/catalog
  HOOK_INTEGRITY: entry(
    "request",
    "Hook is not the one expected",
    "Look at what changed, then restore it or lock the catalog again.",
  ),
  LOCK_FILE: entry("request", "Lock file not usable", "Restore the lock file, or lock the catalog again."),
  // --- plan: src/plan
  VERSION_COERCED: entry("warning", "Version is not strict semver", "Write versions as major.minor.patch."),
  OPT_IN_UNKNOWN: entry("warning", "Switch names no such hook", "Pass switches only for userOptional hooks."),
  VERSION_UNUSABLE: entry("request", "Version cannot be read", "Pass a version such as 1.2.3."),
  // --- expand: src/macros
  MACRO_VALUE: entry("request", "Macro has no value", "Configure the location, or answer the question."),
  // --- compile: src/compile
  HOOK_FILE_MISSING: entry("reject-script", "Hook file not found", "Check the path of script."),
  HOOK_FILE_OUTSIDE: entry(
    "reject-script",
    "File outside the catalog",
    "Keep every file inside the catalog; links may not leave it.",
  ),
  HOOK_SOURCE_TOO_LARGE: entry("reject-script", "Hook source too large", "Keep the source below the limit."),
  HOOK_SYNTAX: entry("reject-script", "Syntax error in hook", "Mend the code at the line shown."),
  HOOK_IMPORT: entry("reject-script", "Import not allowed", "Import only relative files of the catalog."),
  HOOK_ENTRYPOINT: entry(
    "reject-script",
    "Entrypoint not exported",
    "Export an async function of that name, or correct entrypoint.",
  ),
  HOOK_DOUBTFUL: entry("warning", "Doubtful code in hook", "Check that the code at the line shown is meant."),
  COMPILE_FAILED: entry("internal", "Compiler stopped", "Try again; report it if it stays."),
} as const satisfies Record<string, CatalogueEntry>;
