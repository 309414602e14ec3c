import { DOMException } from "./dom-exception.ts";
import { Event, EventTarget, type ListenerCallback } from "./events.ts";
import { beginCall } from "./bridge.ts";
import { formatValue } from "./format-value.ts";
import { nodeError } from "./guest-error.ts";
import { MathTrunc } from "./primordials.ts";

const construction = Symbol("construction");

/** True for a signal of this runtime. */
export let isAbortSignal: (value: unknown) => value is AbortSignal;
/**
 * Ties a step to a signal, done once when it aborts, before its listeners.
 * @returns a function that unties it
 */
export let addAbortStep: (signal: AbortSignal, step: () => void) => () => void;
let abortSignal: (signal: AbortSignal, reason: unknown) => void;

export class AbortSignal extends EventTarget {
  #aborted = false;
  #reason: unknown = undefined;
  #steps: (() => void)[] = [];
  #handler: ListenerCallback | null = null;

  constructor(key?: unknown) {
    if (key !== construction) throw new TypeError("Illegal constructor");
    super();
  }

  get aborted(): boolean {
    return this.#aborted;
  }
  get reason(): unknown {
    return this.#reason;
  }
  get onabort(): unknown {
    return this.#handler;
  }
  set onabort(handler: unknown) {
    if (this.#handler !== null) this.removeEventListener("abort", this.#handler);
    this.#handler = typeof handler === "function" ? (handler as ListenerCallback) : null;
    if (this.#handler !== null) this.addEventListener("abort", this.#handler);
  }
  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason;
  }
  override get [Symbol.toStringTag](): string {
    return "AbortSignal";
  }

  static abort(reason?: unknown): AbortSignal {
    const signal = createSignal();
    AbortSignal.#mark(signal, reason);
    return signal;
  }

  /** Aborts after `ms` milliseconds: an effect of its own, as every timer is. */
  static timeout(ms: unknown): AbortSignal {
    if (typeof ms !== "number") {
      const message = `The "delay" argument must be of type number. Received ${formatValue(ms)}`;
      throw nodeError("TypeError", message, "ERR_INVALID_ARG_TYPE");
    }
    if (!(ms >= 0 && ms <= Number.MAX_SAFE_INTEGER)) {
      const message = `The value of "delay" is out of range. It must be >= 0 && <= 9007199254740991. Received ${ms}`;
      throw nodeError("RangeError", message, "ERR_OUT_OF_RANGE");
    }
    const signal = createSignal();
    beginCall("timer", `{"ms":${MathTrunc(ms)}}`, null, () => {
      abortSignal(signal, new DOMException("The operation was aborted due to timeout", "TimeoutError"));
    });
    return signal;
  }

  /** Aborts as soon as one of them does, with its reason. */
  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const sources = [...signals];
    for (const source of sources) requireSignal(source, "signals");
    const result = createSignal();
    const done = sources.find((source) => source.#aborted);
    if (done !== undefined) {
      AbortSignal.#mark(result, done.#reason);
      return result;
    }
    for (const source of sources) addAbortStep(source, () => abortSignal(result, source.#reason));
    return result;
  }

  static #mark(signal: AbortSignal, reason: unknown): void {
    signal.#aborted = true;
    signal.#reason = reason === undefined ? abortError() : reason;
  }

  static {
    isAbortSignal = (value): value is AbortSignal =>
      typeof value === "object" && value !== null && #aborted in value;
    abortSignal = (signal, reason) => {
      if (signal.#aborted) return;
      AbortSignal.#mark(signal, reason);
      const steps = signal.#steps;
      signal.#steps = [];
      for (const step of steps) step();
      signal.dispatchEvent(new Event("abort"));
    };
    addAbortStep = (signal, step) => {
      signal.#steps.push(step);
      return () => {
        signal.#steps = signal.#steps.filter((other) => other !== step);
      };
    };
  }
}

export class AbortController {
  readonly #signal = createSignal();

  get signal(): AbortSignal {
    return this.#signal;
  }
  abort(reason?: unknown): void {
    abortSignal(this.#signal, reason);
  }
  get [Symbol.toStringTag](): string {
    return "AbortController";
  }
}

function createSignal(): AbortSignal {
  return new AbortSignal(construction);
}

function requireSignal(value: unknown, name: string): asserts value is AbortSignal {
  if (!isAbortSignal(value))
    throw new TypeError(`The "${name}" argument must be an instance of AbortSignal.`);
}

function abortError(): DOMException {
  return new DOMException("This operation was aborted", "AbortError");
}
