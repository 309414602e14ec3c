import { abortCall, beginCall } from "./bridge.ts";
import { nodeError } from "./guest-error.ts";
import { finishFailed } from "./finish.ts";
import {
  defineValue,
  MapDelete,
  MapGet,
  MapSet,
  MathTrunc,
  NativeMap,
  NativePromise,
  NumberOf,
  PromiseThen,
  ReflectApply,
} from "./primordials.ts";
import { formatValue } from "./format-value.ts";

type Callback = (...args: unknown[]) => unknown;

/** Longest delay; Node makes 1 ms of what does not fit. */
const maxDelayMs = 2_147_483_647;
const active = new NativeMap<number, Timeout>();
let lastId = 0;

let isTimeout: (value: unknown) => value is Timeout;
let stopTimeout: (timeout: Timeout) => void;

/** What `setTimeout` and `setInterval` return, as in Node: an object that turns into a number. */
class Timeout {
  readonly #id: number;
  readonly #ms: number;
  readonly #repeats: boolean;
  readonly #fire: () => void;
  #seq: number | null = null;

  constructor(ms: number, repeats: boolean, fire: () => void) {
    lastId += 1;
    this.#id = lastId;
    this.#ms = ms;
    this.#repeats = repeats;
    this.#fire = fire;
    this.#begin();
    MapSet(active, this.#id, this);
  }

  /** Each tick is one effect. */
  #begin(): void {
    this.#seq = beginCall("timer", `{"ms":${this.#ms}}`, null, () => this.#tick());
  }

  #tick(): void {
    this.#seq = null;
    if (!this.#repeats) MapDelete(active, this.#id);
    this.#fire();
    if (this.#repeats && this.#seq === null && MapGet(active, this.#id) === this) this.#begin();
  }

  static {
    isTimeout = (value): value is Timeout => typeof value === "object" && value !== null && #id in value;
    stopTimeout = (timeout) => {
      if (timeout.#seq !== null) abortCall(timeout.#seq);
      timeout.#seq = null;
      MapDelete(active, timeout.#id);
    };
  }

  /** A hook ends with its entrypoint, whatever timers are left, so these two change nothing. */
  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }

  refresh(): this {
    if (this.#seq !== null) abortCall(this.#seq);
    MapSet(active, this.#id, this);
    this.#begin();
    return this;
  }

  close(): this {
    stopTimeout(this);
    return this;
  }

  [Symbol.toPrimitive](): number {
    return this.#id;
  }

  [Symbol.dispose](): void {
    stopTimeout(this);
  }
}

/** `setTimeout`, `setInterval`, their opposites and `queueMicrotask`. */
export function installTimers(global: typeof globalThis): void {
  defineValue(
    global,
    "setTimeout",
    function setTimeout(callback: unknown, delay?: unknown, ...args: unknown[]) {
      return startTimer(callback, delay, args, false);
    },
    true,
  );
  defineValue(
    global,
    "setInterval",
    function setInterval(callback: unknown, delay?: unknown, ...args: unknown[]) {
      return startTimer(callback, delay, args, true);
    },
    true,
  );
  const stop = (name: string): ((handle?: unknown) => void) => {
    const clear = (handle?: unknown): void => stopTimer(handle);
    defineValue(clear, "name", name, false);
    return clear;
  };
  defineValue(global, "clearTimeout", stop("clearTimeout"), true);
  defineValue(global, "clearInterval", stop("clearInterval"), true);
  defineValue(global, "queueMicrotask", queueMicrotask, true);
}

function startTimer(callback: unknown, delay: unknown, args: unknown[], repeats: boolean): Timeout {
  const run = requireCallback(callback);
  return new Timeout(toDelay(delay), repeats, () => runGuarded(() => ReflectApply(run, undefined, args)));
}

function stopTimer(handle: unknown): void {
  if (isTimeout(handle)) return stopTimeout(handle);
  if (typeof handle !== "number" && typeof handle !== "string") return;
  const timeout = MapGet(active, NumberOf(handle));
  if (timeout !== undefined) stopTimeout(timeout);
}

/** Milliseconds as Node reads them: 1 for what is no number, below 1 or too large. */
function toDelay(delay: unknown): number {
  const ms = NumberOf(delay);
  return ms >= 1 && ms <= maxDelayMs ? MathTrunc(ms) : 1;
}

const resolved = NativePromise.resolve();

function queueMicrotask(callback: unknown): void {
  const run = requireCallback(callback);
  PromiseThen(resolved, () => runGuarded(() => void ReflectApply(run, undefined, [])), undefined);
}

/** Runs a hook's callback; what it throws ends the hook, as it would end a Node process. */
export function runGuarded(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    finishFailed(error);
  }
}

function requireCallback(callback: unknown): Callback {
  if (typeof callback === "function") return callback as Callback;
  const found =
    typeof callback === "string"
      ? `type string ('${callback}')`
      : `${callback === null || callback === undefined ? "" : "a value: "}${formatValue(callback)}`;
  const message = `The "callback" argument must be of type function. Received ${found}`;
  throw nodeError("TypeError", message, "ERR_INVALID_ARG_TYPE");
}
