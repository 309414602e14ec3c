import { entry, type CatalogueEntry } from "./catalogue-entry.ts";

/** What can go wrong while a hook runs, and what a hook sees. */
export const hookErrors = {
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
} as const satisfies Record<string, CatalogueEntry>;
