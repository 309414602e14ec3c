/**
 * How the sandbox process gets into the guest. Shared by both sides; no logic.
 *
 * 1. The child compiles the guest bundle under the name `guestFileName`, sets the one global `hostFunctionName`
 *    (a synchronous function, see `host-functions.ts`) and evaluates the bundle; its value is a `GuestEntry`.
 *    The guest takes the host function away from the global object before it returns.
 * 2. The child keeps the two functions of the entry and never puts them where hook code could find them; the
 *    bundle is therefore built as ONE expression (`guestBundleShape`) that leaves no name behind.
 * 3. The hook's bundle is handed over as text and evaluated by the guest itself, as a script of the name
 *    `fileName`: lines and columns are the bundle's own, an exception of its top level is a failed hook like
 *    any other, and there is no global through which a bundle could enter twice.
 * 4. Only strings go in; nothing comes out but calls of the host function. Neither function throws, whatever
 *    the hook does; V8's own stops (memory, termination) excepted.
 */
export interface GuestEntry {
  /**
   * Begins the hook: evaluates the bundle and calls the entrypoint.
   * @param startJson JSON text of a `GuestStart`
   * @param code bundle code, see `StartMessage.code`
   */
  start(startJson: string, code: string): void;
  /**
   * Hands over the result of one call.
   * @param completionJson JSON text of a `CompletionMessage`; its body waits in `takeBody`
   */
  deliver(completionJson: string): void;
  /**
   * Takes in completions that came together, to be handed over by `deliverHeld`.
   * @param completionsJson JSON text of a `CompletionsMessage`
   */
  hold(completionsJson: string): void;
  /**
   * Hands over the next of what is held. False: nothing is left that may be handed over, and the rest is forgotten. V8 runs
   * the guest's promises when this has returned, so that each completion finds all done that those before it set off.
   */
  deliverHeld(): boolean;
}

/** Name of the guest's own code in stack traces; its frames are left out of what authors are shown. */
export const guestFileName = "tacklebox:guest";

/** Name of the function the child puts on the global object before it evaluates the guest. */
export const hostFunctionName = "__host";

/**
 * esbuild options that make the guest one expression whose value is the `GuestEntry`. Names are shortened because V8
 * reads the whole text in each new isolate: that saves a quarter of it.
 */
export const guestBundleShape = {
  format: "iife",
  minifyIdentifiers: true,
  globalName: "tackleboxGuest",
  banner: '(() => { "use strict";',
  footer: "return tackleboxGuest.guestEntry; })()",
} as const;
