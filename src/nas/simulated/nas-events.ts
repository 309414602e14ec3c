import { EventEmitter } from "node:events";
import { TackleboxError } from "../../errors.ts";

/** Tells those who follow a job or an app that it changed; cut off when the NAS is out of reach. */
export interface NasEvents {
  changed(topic: string): void;
  /**
   * Calls `check` at once and at each change until it gives a value. Rejects with what `check` throws, with the
   * signal's reason when it aborts, and with `NAS_UNREACHABLE` when the link is cut.
   */
  follow<T>(topic: string, check: () => T | undefined, signal?: AbortSignal): Promise<T>;
  /** Cuts all links; later calls fail until `restore`. */
  cut(reason: string): void;
  restore(): void;
  /** Throws `NAS_UNREACHABLE` while the link is cut. */
  requireLink(): void;
}

export function createNasEvents(): NasEvents {
  const emitter = new EventEmitter().setMaxListeners(0);
  let cutReason: string | null = null;

  const unreachable = (): TackleboxError =>
    new TackleboxError("NAS_UNREACHABLE", `The simulated NAS cannot be reached: ${cutReason}.`);

  function requireLink(): void {
    if (cutReason !== null) throw unreachable();
  }

  async function follow<T>(topic: string, check: () => T | undefined, signal?: AbortSignal): Promise<T> {
    requireLink();
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const onChange = (): void => {
      try {
        const value = check();
        if (value !== undefined) resolve(value);
      } catch (error) {
        reject(error);
      }
    };
    const onAbort = (): void => reject(signal?.reason);
    const onCut = (): void => reject(unreachable());
    emitter.on(topic, onChange).on("cut", onCut);
    signal?.addEventListener("abort", onAbort);
    try {
      onChange();
      return await promise;
    } finally {
      emitter.off(topic, onChange).off("cut", onCut);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  return {
    changed: (topic) => {
      emitter.emit(topic);
    },
    follow,
    requireLink,
    cut: (reason) => {
      cutReason = reason;
      emitter.emit("cut");
    },
    restore: () => {
      cutReason = null;
    },
  };
}
