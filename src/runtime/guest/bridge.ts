import type { JsonValue } from "../../json.ts";
import type { BareCompletion, CompletionMessage, GuestFailure, GuestVisibleError } from "../protocol.ts";
import { setClock } from "./clock-reading.ts";
import { captureCallSite, createGuestError, type Callee } from "./guest-error.ts";
import { host } from "./host.ts";
import { maxMessageChars, maxPendingCalls } from "./limits.ts";
import {
  ignoreRejection,
  JsonParse,
  JsonStringify,
  MapDelete,
  MapGet,
  MapSet,
  MapSize,
  NativeMap,
  NativePromise,
  ObjectSetPrototypeOf,
} from "./primordials.ts";
import { hasSucceeded, isBare, takeHeld } from "./held.ts";
import { placeField } from "./trace.ts";

/**
 * The guest's end of the wall.
 *
 * 1. `seq` counts calls from 1 without gaps; a call that is refused here takes no number.
 * 2. Only text leaves: arguments come in as JSON text, made before by whoever has the values, so that no code of a
 *    hook runs between the choice of a number and the message.
 * 3. Each call that wants a reply is settled at most once; answers nobody waits for only move the clock.
 * 4. After `finished` nothing leaves any more.
 */
export type Completion =
  | { ok: true; seq: number; value: JsonValue; hasBody: boolean }
  | { ok: false; error: GuestVisibleError };

type Settle = (completion: Completion) => void;

/** Room for many small messages in one. */
const maxGatheredChars = 12_288;

let lastSeq = 0;
let sealed = false;
const pending = new NativeMap<number, Settle>();
/** While answers that came together are taken in, what the hook says is gathered: a trip to the host each time would take longest. */
let isGathering = false;
let gathered = "";

/**
 * Starts a call whose answer is wanted.
 * @param argsJson JSON text of the arguments
 * @param settle called with the answer, during `deliver`; must not throw
 * @returns the call's number
 * @throws `LIMIT_REACHED`
 */
export function beginCall(name: string, argsJson: string, body: ArrayBuffer | null, settle: Settle): number {
  if (MapSize(pending) >= maxPendingCalls) {
    throw limitReached(
      `${name}: ${maxPendingCalls} calls of this hook are already waiting for an answer; await some of them before making more.`,
    );
  }
  const seq = send(name, argsJson, body, true);
  MapSet(pending, seq, settle);
  return seq;
}

/** Makes a call nobody waits for; silent when the hook has ended. */
export function postCall(name: string, argsJson: string): void {
  if (!sealed) send(name, argsJson, null, false);
}

/** Gives a call up; its answer will be ignored. Does nothing when it has been answered. */
export function abortCall(seq: number): void {
  if (MapDelete(pending, seq) && !sealed) say(`{"type":"abort","seq":${seq}}`, null);
}

/** Says how the hook ended, once; later calls of this do nothing. */
export function postFinished(failure: GuestFailure | null): void {
  if (sealed) return;
  sealed = true;
  const text =
    failure === null
      ? `{"type":"finished","ok":true}`
      : `{"type":"finished","ok":false,"error":${JsonStringify(failure)}}`;
  say(text, null);
}

/** Takes in one answer. */
export function settleCall(completionJson: string): void {
  takeIn(ObjectSetPrototypeOf(JsonParse(completionJson) as CompletionMessage, null));
}

/** Takes in the next answer held; false when none is left whose call was made, or the hook has ended. */
export function settleHeld(): boolean {
  const completion = sealed ? null : takeHeld(lastSeq);
  isGathering = completion !== null;
  if (completion === null) flush();
  else if (isBare(completion)) takeInBare(completion);
  else if (typeof completion !== "number") takeIn(completion);
  return completion !== null;
}

function takeInBare(completion: BareCompletion): void {
  const seq = completion[0];
  takeAnswer(seq, completion[1])?.({ ok: true, seq, value: null, hasBody: false });
}

/** Moves the clock, and looks for who waits. */
function takeAnswer(seq: number, now: number): Settle | undefined {
  setClock(now);
  const answer = MapGet(pending, seq);
  MapDelete(pending, seq);
  return answer;
}

function takeIn(message: CompletionMessage): void {
  const answer = takeAnswer(message.seq, message.now);
  if (answer === undefined) return;
  if (message.ok) {
    answer({ ok: true, seq: message.seq, value: message.value, hasBody: message.hasBody });
  } else {
    answer({ ok: false, error: ObjectSetPrototypeOf(message.error, null) });
  }
}

/**
 * Makes a call and returns a promise for its result. A rejection carries the stack of the place of the call, and counts
 * as handled: a hook need not await it.
 * @param callee the function hook code called
 * @param read makes the result of the answer
 */
export function callEffect<T>(
  name: string,
  argsJson: string,
  callee: Callee,
  read: (completion: Completion & { ok: true }) => T,
): Promise<T> {
  // The place is for a rejection, and noting it would be a quarter of what it takes to go through a known call again.
  const site = hasSucceeded(lastSeq + 1) ? null : captureCallSite(callee);
  let isRefused = false;
  const promise = new NativePromise<T>((resolve, reject) => {
    try {
      beginCall(name, argsJson, null, (completion) => {
        try {
          if (completion.ok) {
            resolve(read(completion));
            return;
          }
          rejectHandled(promise, reject, createGuestError(completion.error, site));
        } catch (error) {
          rejectHandled(promise, reject, error);
        }
      });
    } catch (error) {
      isRefused = true;
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- whatever was thrown
      reject(error);
    }
  });
  if (isRefused) ignoreRejection(promise);
  return promise;
}

function rejectHandled(promise: Promise<unknown>, reject: (error: unknown) => void, error: unknown): void {
  ignoreRejection(promise);
  reject(error);
}

/** An error that says which limit a call met. */
export function limitReached(message: string): Error {
  return createGuestError(
    ObjectSetPrototypeOf({ name: "Error", message, code: "LIMIT_REACHED" }, null),
    captureCallSite(limitReached),
  );
}

function say(messageJson: string, body: ArrayBuffer | null): void {
  if (!isGathering) {
    host.post(messageJson, body);
  } else if (body === null) {
    gathered = gathered === "" ? messageJson : `${gathered},${messageJson}`;
    if (gathered.length > maxGatheredChars) flush();
  } else {
    flush();
    host.post(messageJson, body);
  }
}

function flush(): void {
  if (gathered === "") return;
  const messagesJson = gathered;
  gathered = "";
  host.post(messagesJson, null);
}

function send(name: string, argsJson: string, body: ArrayBuffer | null, reply: boolean): number {
  if (sealed) throw limitReached(`${name}: the hook has ended; await your calls before it returns.`);
  if (argsJson.length > maxMessageChars) {
    throw limitReached(
      `${name}: its arguments take ${argsJson.length} characters as JSON, at most ${maxMessageChars} are allowed; pass less.`,
    );
  }
  const place = placeField();
  const seq = lastSeq + 1;
  say(
    reply && body === null && place === ""
      ? `[${seq},"${name}",${argsJson}]`
      : `{"type":"call","seq":${seq},"name":"${name}","args":${argsJson},"reply":${reply},"hasBody":${body !== null}${place}}`,
    body,
  );
  lastSeq = seq;
  return seq;
}
