import { entry, type CatalogueEntry } from "./catalogue-entry.ts";

/** What can go wrong with tasks, the NAS, and those who ask. */
export const taskErrors = {
  // --- track: src/task, src/queue
  TASK_UNKNOWN: entry("request", "No such task", "Check the id and the datastore."),
  ILLEGAL_TRANSITION: entry(
    "request",
    "Not possible in this state",
    "Use one of the actions the task offers.",
  ),
  INPUT_REQUIRED: entry("fail-hook", "Input needed", "Answer the questions, or pass --input id=value."),
  INPUT_INVALID: entry("request", "Answer not accepted", "Correct the answer named."),
  RERUN_REFUSED: entry("request", "Cannot be run again", "Start the operation anew from its install script."),
  IDEMPOTENCY_KEY_REUSED: entry(
    "request",
    "Idempotency key used before",
    "Send a new key with each new request.",
  ),
  LABEL_INVALID: entry("request", "Label not accepted", "Correct the label or annotation named."),
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
  NAS_FOLDER: entry(
    "environment",
    "Folder of the simulated NAS cannot be used",
    "Stop the other tacklebox that has it, mend it, or start in another folder.",
  ),
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
  FILE_UNWRITABLE: entry(
    "environment",
    "File cannot be written",
    "Change the permissions of its folder, or make room on its disk.",
  ),
  INTERNAL: entry("internal", "Fault in tacklebox", "Report it with the text shown."),
} as const satisfies Record<string, CatalogueEntry>;
