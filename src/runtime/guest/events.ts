import { toDomString } from "./dom-string.ts";
import { readClock, readStart } from "./clock-reading.ts";
import { nodeError } from "./guest-error.ts";
import { runGuarded } from "./timers.ts";

interface EventInit {
  bubbles?: unknown;
  cancelable?: unknown;
  composed?: unknown;
}

let isEvent: (value: unknown) => value is Event;
let isDispatching: (event: Event) => boolean;
let runListeners: (event: Event, target: EventTarget, listeners: Listener[]) => void;

/** DOM `Event`; there is no tree, so it is only ever at its target. */
export class Event {
  readonly #type: string;
  readonly #init: EventInit;
  readonly #timeStamp = readClock() - readStart();
  #target: EventTarget | null = null;
  #dispatching = false;
  #prevented = false;
  #stopped = false;
  #stoppedNow = false;

  constructor(type: unknown, init: EventInit = {}) {
    if (arguments.length === 0) {
      throw nodeError("TypeError", 'The "type" argument must be specified', "ERR_MISSING_ARGS");
    }
    this.#type = toDomString(type);
    this.#init = init ?? {};
  }

  get type(): string {
    return this.#type;
  }
  get target(): EventTarget | null {
    return this.#target;
  }
  get srcElement(): EventTarget | null {
    return this.#target;
  }
  get currentTarget(): EventTarget | null {
    return this.#dispatching ? this.#target : null;
  }
  get eventPhase(): number {
    return this.#dispatching ? 2 : 0;
  }
  get bubbles(): boolean {
    return Boolean(this.#init.bubbles);
  }
  get cancelable(): boolean {
    return Boolean(this.#init.cancelable);
  }
  get composed(): boolean {
    return Boolean(this.#init.composed);
  }
  get defaultPrevented(): boolean {
    return this.#prevented;
  }
  get returnValue(): boolean {
    return !this.#prevented;
  }
  get cancelBubble(): boolean {
    return this.#stopped;
  }
  get isTrusted(): boolean {
    return false;
  }
  get timeStamp(): number {
    return this.#timeStamp;
  }
  composedPath(): EventTarget[] {
    return this.#dispatching && this.#target !== null ? [this.#target] : [];
  }
  preventDefault(): void {
    if (this.cancelable) this.#prevented = true;
  }
  stopPropagation(): void {
    this.#stopped = true;
  }
  stopImmediatePropagation(): void {
    this.#stopped = true;
    this.#stoppedNow = true;
  }
  get [Symbol.toStringTag](): string {
    return "Event";
  }

  static {
    isEvent = (value): value is Event => typeof value === "object" && value !== null && #type in value;
    isDispatching = (event) => event.#dispatching;
    runListeners = (event, target, listeners) => {
      event.#target = target;
      event.#dispatching = true;
      for (const listener of listeners) {
        if (listener.removed) continue;
        if (listener.once) listener.remove();
        runGuarded(() => callListener(listener.callback, target, event));
        if (event.#stoppedNow) break;
      }
      event.#dispatching = false;
      event.#stopped = false;
      event.#stoppedNow = false;
    };
  }

  static readonly NONE = 0;
  static readonly CAPTURING_PHASE = 1;
  static readonly AT_TARGET = 2;
  static readonly BUBBLING_PHASE = 3;
}

/** An event with a payload. */
export class CustomEvent extends Event {
  readonly #detail: unknown;

  constructor(type: unknown, init: EventInit & { detail?: unknown } = {}) {
    super(type, init);
    this.#detail = init?.detail ?? null;
  }

  get detail(): unknown {
    return this.#detail;
  }
  override get [Symbol.toStringTag](): string {
    return "CustomEvent";
  }
}

type ListenerFunction = (this: EventTarget, event: Event) => unknown;
export type ListenerCallback = ListenerFunction | { handleEvent(event: Event): unknown };

interface Listener {
  type: string;
  callback: ListenerCallback;
  capture: boolean;
  once: boolean;
  removed: boolean;
  remove(): void;
}

interface ListenerOptions {
  capture?: unknown;
  once?: unknown;
  signal?: { aborted: boolean; addEventListener(type: string, listener: () => void): void };
}

export class EventTarget {
  #listeners: Listener[] = [];

  addEventListener(type: unknown, callback: unknown, options?: ListenerOptions | boolean): void {
    if (callback === null || callback === undefined) return;
    if (typeof callback !== "function" && typeof callback !== "object") {
      throw new TypeError('The "listener" argument must be an instance of EventListener.');
    }
    const given: ListenerOptions = typeof options === "object" && options !== null ? options : {};
    const capture = typeof options === "boolean" ? options : Boolean(given.capture);
    const name = toDomString(type);
    if (given.signal?.aborted === true || this.#find(name, callback, capture) !== undefined) return;
    const listener: Listener = {
      type: name,
      callback: callback as ListenerCallback,
      capture,
      once: Boolean(given.once),
      removed: false,
      remove: () => this.#remove(listener),
    };
    this.#listeners.push(listener);
    given.signal?.addEventListener("abort", () => this.#remove(listener));
  }

  removeEventListener(type: unknown, callback: unknown, options?: ListenerOptions | boolean): void {
    const capture = typeof options === "boolean" ? options : Boolean(options?.capture);
    const listener = this.#find(toDomString(type), callback, capture);
    if (listener !== undefined) this.#remove(listener);
  }

  /** Runs the listeners at once, in the order they were added. */
  dispatchEvent(event: unknown): boolean {
    if (!isEvent(event)) throw new TypeError('The "event" argument must be an instance of Event.');
    if (isDispatching(event)) {
      throw new Error(`The event "${event.type}" is already being dispatched`);
    }
    runListeners(
      event,
      this,
      this.#listeners.filter((listener) => listener.type === event.type),
    );
    return !event.defaultPrevented;
  }

  get [Symbol.toStringTag](): string {
    return "EventTarget";
  }

  #find(type: string, callback: unknown, capture: boolean): Listener | undefined {
    return this.#listeners.find(
      (listener) => listener.type === type && listener.callback === callback && listener.capture === capture,
    );
  }

  #remove(listener: Listener): void {
    listener.removed = true;
    this.#listeners = this.#listeners.filter((other) => other !== listener);
  }
}

function callListener(callback: ListenerCallback, target: EventTarget, event: Event): unknown {
  return typeof callback === "function"
    ? Reflect.apply(callback, target, [event])
    : callback.handleEvent(event);
}
