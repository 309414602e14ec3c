import { defineValue } from "./primordials.ts";

/**
 * What hooks written for Node reach for: `process.env` is there and empty, so that a check of a variable fails by the
 * hook's own message; `require` says what it is missing.
 */
export function installProcess(global: typeof globalThis): void {
  defineValue(global, "process", { env: {} }, false);
  defineValue(
    global,
    "require",
    function require(name: unknown): never {
      const error = new Error(
        `require(${typeof name === "string" ? JSON.stringify(name) : ""}): require is not available in a hook; use an import of a file of the catalog, or the web functions (fetch, crypto, URL ...).`,
      );
      Error.captureStackTrace(error, require);
      throw error;
    },
    false,
  );
}
