import type { JsonValue } from "./json.ts";

/**
 * What follows from an error, whatever its cause.
 * - `reject-script`: the script is refused; nothing was run.
 * - `fail-hook`: the attempt failed; retries, Retry and Skip apply.
 * - `sandbox-limit`: the attempt failed because it left its limits.
 * - `guest`: the hook sees it as a rejected promise and may go on.
 * - `request`: the caller asked for something that is not possible; nothing changed.
 * - `environment`: NAS, datastore or machine; waits or is retried, no attempt is used up.
 * - `internal`: a fault of tacklebox itself.
 */
export type Consequence =
  | "reject-script"
  | "fail-hook"
  | "sandbox-limit"
  | "guest"
  | "request"
  | "environment"
  | "internal"
  | "warning";

interface CatalogueEntry {
  consequence: Consequence;
  /** What happened, in a few words; the heading people see. */
  title: string;
  /** What to do, one sentence. */
  advice: string;
}

const entry = (consequence: Consequence, title: string, advice: string): CatalogueEntry => ({
  consequence,
  title,
  advice,
});

/** Every code tacklebox can show. `docs/reference/errors.md` explains each; a test holds the two together. */
export const errorCatalogue = {
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
  // --- run: src/runtime
  HOOK_THREW: entry(
    "fail-hook",
    "Hook failed",
    "See the line shown; mend the hook or its surroundings and retry.",
  ),
  HOOK_FAIL: entry("fail-hook", "Hook failed", "See the details the hook gives, then retry or skip."),
  HOOK_NEVER_SETTLES: entry(
    "fail-hook",
    "Hook waits for nothing",
    "Await only calls that end; a promise of the hook never settles.",
  ),
  HOOK_TIMEOUT: entry("sandbox-limit", "Hook took too long", "Raise timeout, or make the hook faster."),
  HOOK_CPU_LIMIT: entry(
    "sandbox-limit",
    "Hook used too much processor time",
    "Look for a loop that does not end.",
  ),
  HOOK_MEMORY_LIMIT: entry("sandbox-limit", "Hook used too much memory", "Keep less data at once."),
  HOOK_MESSAGE_LIMIT: entry("sandbox-limit", "Hook sent too many messages", "Call ctx methods less often."),
  HOOK_CALL_LIMIT: entry("sandbox-limit", "Hook made too many calls", "Do less work in one hook."),
  HOOK_PROTOCOL: entry(
    "sandbox-limit",
    "Sandbox broke its protocol",
    "The hook interferes with the runtime; remove that code.",
  ),
  HOOK_CRASHED: entry("sandbox-limit", "Sandbox process died", "Look for code that exhausts the process."),
  HOOK_CANCELLED: entry("fail-hook", "Hook was cancelled", "Start it again if that was not meant."),
  SANDBOX_UNAVAILABLE: entry(
    "environment",
    "No sandbox can be started",
    "Check that Node and isolated-vm fit this machine.",
  ),
  // --- act: src/context, src/network (what a hook sees)
  ARGUMENT_INVALID: entry("guest", "Wrong argument", "Pass an argument of the form named."),
  INPUT_MISSING: entry("guest", "Input not answered", "Declare the input, or catch the error."),
  INPUT_SCHEMA: entry("guest", "Input does not fit the schema", "Correct the schema or the answer."),
  APP_NOT_READY: entry("guest", "App did not become ready", "Check the app's log; raise retries or timeout."),
  APP_ADDRESS_UNKNOWN: entry("guest", "App has no address", "Declare requirements.ports, or publish a port."),
  NETWORK_REFUSED: entry(
    "guest",
    "Request refused by the network policy",
    "Ask an admin to allow the host, or use the app's own address.",
  ),
  NETWORK_FAILED: entry("guest", "Request failed", "Check that the other side is up."),
  NETWORK_TIMEOUT: entry("guest", "Request took too long", "Retry, or check the other side."),
  NETWORK_TOO_LARGE: entry("guest", "Response or request too large", "Ask for less data."),
  NETWORK_LIMIT: entry("guest", "Too many requests", "Make fewer requests."),
  NETWORK_REDIRECTS: entry("guest", "Too many redirects", "Follow fewer redirects."),
  EFFECT_INTERRUPTED: entry(
    "guest",
    "Request was interrupted",
    "Check whether it took effect before sending it again.",
  ),
  LIMIT_REACHED: entry("guest", "Limit reached", "Keep below the documented limit."),
  // --- record: src/journal, src/datastore
  JOURNAL_FENCED: entry(
    "environment",
    "Another worker owns the task",
    "Nothing to do: the other worker goes on.",
  ),
  JOURNAL_CORRUPT: entry(
    "internal",
    "Journal cannot be read",
    "Restore the datastore, or retry the task afresh.",
  ),
  REPLAY_MISMATCH: entry("fail-hook", "Hook did not repeat its steps", "Retry the hook from the beginning."),
  JOURNAL_FORMAT: entry(
    "environment",
    "Journal written by another version",
    "Use the tacklebox that wrote it, or retry the hook from the beginning.",
  ),
  BUNDLE_CHANGED: entry(
    "internal",
    "Stored hook is not the one that began",
    "Restore the datastore, or retry the hook fresh.",
  ),
  RECORDING_INVALID: entry(
    "request",
    "Not a recording",
    "Name the file of a recording, or the id of a task.",
  ),
  DATASTORE_URL: entry(
    "request",
    "Datastore URL not understood",
    "Use pglite:<dir>, redis://host:port or postgres://host/db.",
  ),
  DATASTORE_FOLDER: entry(
    "environment",
    "Folder cannot hold a datastore",
    "Choose a new or empty folder that can be written, or one tacklebox made.",
  ),
  DATASTORE_LOCKED: entry(
    "environment",
    "Datastore folder is in use",
    "Stop the other tacklebox, or choose another folder.",
  ),
  DATASTORE_UNREACHABLE: entry(
    "environment",
    "Datastore cannot be reached",
    "Check that it runs and that the URL is right.",
  ),
  DATASTORE_NEWER: entry(
    "environment",
    "Datastore is newer than this tacklebox",
    "Use the version of tacklebox that wrote it, or a later one.",
  ),
  DATASTORE_KEY: entry(
    "environment",
    "Datastore key missing or wrong",
    "Give the key the data was written with.",
  ),
  // --- track: src/task, src/queue
  TASK_UNKNOWN: entry("request", "No such task", "Check the id and the datastore."),
  ILLEGAL_TRANSITION: entry(
    "request",
    "Not possible in this state",
    "Use one of the actions the task offers.",
  ),
  INPUT_REQUIRED: entry("fail-hook", "Input needed", "Answer the questions, or pass --input id=value."),
  INPUT_INVALID: entry("request", "Answer not accepted", "Correct the answer named."),
  SIGN_IN_EXPIRED: entry("fail-hook", "Sign-in expired", "Retry the hook to get a fresh sign-in."),
  SIGN_IN_DENIED: entry("fail-hook", "Sign-in denied", "Retry the hook and approve the sign-in."),
  SIGN_IN_FAILED: entry("fail-hook", "Sign-in provider failed", "Retry later."),
  FRESH_REFUSED: entry(
    "request",
    "Hook cannot be compiled anew",
    "Give the install script that declares the hook, or start the operation again.",
  ),
  // --- apply: src/nas, src/install
  NAS_UNREACHABLE: entry("environment", "NAS cannot be reached", "Check its address and that it is up."),
  APP_NAME_TAKEN: entry("request", "App already installed", "Choose another name, or upgrade the app."),
  APP_NAME_INVALID: entry(
    "request",
    "App name not allowed",
    "Use 1-40 lower-case letters, digits and dashes, starting with a letter.",
  ),
  APP_UNKNOWN: entry("request", "No such app", "Check the name."),
  APP_NO_UPGRADE: entry("request", "Nothing to upgrade to", "Name a version newer than the installed one."),
  APP_STOPPED: entry("request", "App is stopped", "Start the app first."),
  APP_PORT_TAKEN: entry("request", "Port in use", "Choose another port."),
  APP_BUSY: entry("request", "App is busy", "Wait until the NAS's other job for this app has ended."),
  APP_VERSION_UNKNOWN: entry("request", "No such version", "Name a version the catalog offers."),
  NAS_JOB_UNKNOWN: entry(
    "environment",
    "NAS no longer knows the job",
    "Look at the app itself: the NAS forgets its jobs when it restarts.",
  ),
  DIRECTORY_REFUSED: entry(
    "request",
    "Directory cannot be made",
    "Name a folder below a configured location, with no file or link in its path.",
  ),
  APP_JOB_FAILED: entry("fail-hook", "The NAS could not do it", "See the NAS's message, then retry."),
  APP_CRASHED: entry("fail-hook", "App crashed while starting", "Look at the app's log on the NAS."),
  // --- show: src/cli
  USAGE: entry("request", "Command not understood", "See --help."),
  FILE_UNREADABLE: entry("request", "File cannot be read", "Check the path and its permissions."),
  INTERNAL: entry("internal", "Fault in tacklebox", "Report it with the text shown."),
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

/** A row of diagnostic detail, as `ctx.fail` takes it and the activity center shows it. */
export interface ErrorDetail {
  label: string;
  value: JsonValue;
}

export interface TackleboxErrorOptions {
  context?: ErrorDetail[];
  cause?: unknown;
}

/**
 * Every error tacklebox throws on purpose. Recognise it by `code`, never by `instanceof`: it crosses process
 * walls as data. `message` says where, what was found, what was expected, what to do.
 */
export class TackleboxError extends Error {
  readonly code: ErrorCode;
  readonly context: ErrorDetail[];

  constructor(code: ErrorCode, message: string, options: TackleboxErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "TackleboxError";
    this.code = code;
    this.context = options.context ?? [];
  }

  get consequence(): Consequence {
    return errorCatalogue[this.code].consequence;
  }

  get title(): string {
    return errorCatalogue[this.code].title;
  }
}

/** The code of a thrown value, when it carries one of ours. */
export function errorCodeOf(error: unknown): ErrorCode | null {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" && Object.hasOwn(errorCatalogue, code) ? (code as ErrorCode) : null;
}

/** Text of any thrown value, never empty, never throwing. */
export function errorText(error: unknown): string {
  if (error instanceof Error) return error.message || error.name;
  try {
    return String(error) || "unknown error";
  } catch {
    return "unknown error";
  }
}
