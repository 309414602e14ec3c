import type { JsonObject, JsonValue } from "../json.ts";

/**
 * The wall's protocol: what the host process and a sandbox process say to each other, one message a frame.
 * A frame is `u32le jsonBytes, u32le bodyBytes, json (UTF-8), body`; `body` carries request and response bodies.
 *
 * 1. The host treats every message from a sandbox as hostile input: shape, order and size are checked before use.
 * 2. A sandbox sends `ready`, then, after one `start`, turns; nothing else. After `renew` it begins again at `ready`.
 * 3. `seq` counts a hook's effect calls from 1 without gaps; the guest assigns it.
 * 4. Completions are delivered in the order the host sends them, one by one, each when the guest has nothing left to
 *    do; the guest's clock shows the `now` of the last one.
 * 5. Success is an explicit `finished` message; an end of the process without it is a failure.
 */
export type ToSandbox = StartMessage | CompletionsMessage | CompletionMessage | RenewMessage;

/** Exit status with which a sandbox says that its isolate ran out of memory. */
export const outOfMemoryExitCode = 71;

/** Begins the one hook this isolate will ever run. */
export interface StartMessage {
  type: "start";
  /** Bundle code: an expression-valued script yielding the exports object. */
  code: string;
  /** Name shown in stack traces for `code`. */
  fileName: string;
  entrypoint: string;
  context: GuestContextData;
  /** 32 random bytes, hex: all chance inside the guest comes from it. */
  seed: string;
  /** Milliseconds since 1970 at which the attempt began. */
  now: number;
  /** Calls say where they were made (`at`); for replays that an author looks at. Absent for live hooks. */
  trace?: true;
}

/** The hook has ended: its isolate is thrown away and a fresh one made, for another attempt of the same app. */
export interface RenewMessage {
  type: "renew";
}

/** The data half of `HookContext`. */
export interface GuestContextData {
  resourceType: string;
  resourceId: string;
  event: string;
  fromVersion?: string;
  toVersion?: string;
  host?: string;
  port?: number;
  baseUrl: string;
  inputs: JsonObject;
}

export type CompletionMessage =
  | {
      type: "completion";
      seq: number;
      now: number;
      ok: true;
      value: JsonValue;
      /** True when the frame's body belongs to the value (a response body). */
      hasBody: boolean;
    }
  | { type: "completion"; seq: number; now: number; ok: false; error: GuestVisibleError };

/**
 * Many completions in one message: what the journal knows, in recorded order, or what one write has kept. Each is delivered
 * like one that came alone, up to the first whose call has not been made; the turn's last frame says how many were taken.
 * Bodies: `held-bodies.ts`.
 */
export interface CompletionsMessage {
  /** The first field: the sandbox process looks no further into a message of this type. */
  type: "completions";
  completions: HeldCompletion[];
}

/**
 * A completion; most say only that a call without a result has succeeded: `[seq, now]`. A number is the place in the order of
 * one that nobody waits for: its `seq`.
 */
export type HeldCompletion = CompletionMessage | BareCompletion | number;

export type BareCompletion = [seq: number, now: number];

/** An error as the guest may see it: no stack, no host path. The guest makes its own Error of it. */
export interface GuestVisibleError {
  /** Constructor to use: `TypeError`, `Error`, or a DOMException name such as `AbortError`, `TimeoutError`. */
  name: string;
  message: string;
  /** Stable code (our catalogue's, or Node's such as `ECONNREFUSED`). */
  code: string;
  /** Becomes `error.cause`, as Node's fetch does it. */
  cause?: { name: string; message: string; code: string };
}

/** What a sandbox sends after each turn (start or completion): everything the hook did in it, in order. */
export type FromSandbox = { type: "ready" } | TurnMessage;
// `done` is true on the last frame of a turn; long turns are split. Only the first message of a frame whose
// `hasBody` is true may use the frame's body.

export interface TurnMessage {
  type: "turn";
  messages: (GuestMessage | PlainCall)[];
  done: boolean;
  /** What a promise was rejected with that nobody had handled when the guest had nothing left to do. */
  unhandled?: string;
  /** On the last frame after a `completions` message: how many of its completions the guest has taken. */
  taken?: number;
}

/** Most calls want a reply and bring no body; they are short, for a thousand of them are made again in a replay. */
export type PlainCall = [seq: number, name: string, args: JsonValue];

export type GuestMessage =
  /** An effect call. Without `reply` nobody waits for it (log lines). */
  | {
      type: "call";
      seq: number;
      name: string;
      args: JsonValue;
      reply: boolean;
      hasBody: boolean;
      /** Stack text of the place where it was made; only with `trace`. */
      at?: string;
    }
  /** The hook no longer wants that effect (clearTimeout, an aborted fetch). */
  | { type: "abort"; seq: number }
  /** The entrypoint's promise has settled; calls sent before it are still to be carried out. */
  | { type: "finished"; ok: true }
  | { type: "finished"; ok: false; error: GuestFailure };

/** Why a hook failed, made into text inside the isolate. */
export interface GuestFailure {
  name: string;
  message: string;
  stack: string;
  /** Code of a tacklebox error, `HOOK_FAIL` for `ctx.fail`, else null. */
  code: string | null;
  /** Rows given to `ctx.fail`. */
  context: { label: string; value: string }[];
}
