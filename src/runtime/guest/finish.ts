import { postFinished } from "./bridge.ts";
import { toFailure } from "./failure.ts";

/** The hook's entrypoint came to its end. */
export function finishWell(): void {
  postFinished(null);
}

/**
 * The hook failed: its entrypoint rejected, its top level threw, or a callback (timer, event listener, microtask) threw
 * with nobody to catch it, which ends a Node process too.
 */
export function finishFailed(thrown: unknown): void {
  postFinished(toFailure(thrown));
}
