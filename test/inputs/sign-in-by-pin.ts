import { pollPin, startPin, type PinSignInOptions } from "../../src/inputs/pin-sign-in.ts";
import type { JsonObject } from "../../src/json.ts";
import type { SignInView } from "../../src/task/task-event.ts";

/** A whole sign-in in one process: begun, shown, and asked about until it ends. */
export async function signInByPin(
  options: PinSignInOptions & { onShown(view: SignInView): void },
): Promise<JsonObject> {
  const { clock, signal } = options;
  const pin = await startPin(options);
  options.onShown(pin.view);
  let { intervalMs } = pin;
  let waitMs = intervalMs;
  for (;;) {
    await clock.sleep(waitMs, signal);
    const progress = await pollPin(options, { ...pin, intervalMs });
    if (progress.kind === "granted") return progress.value;
    ({ waitMs, intervalMs } = progress);
  }
}
