import type { GuestVisibleError } from "../protocol.ts";
import { DOMException, isDomExceptionName } from "./dom-exception.ts";
import {
  defineComputed,
  defineValue,
  ErrorCaptureStackTrace,
  NativeWeakMap,
  ObjectCreate,
  ObjectHasOwn,
  StringIndexOf,
  StringSlice,
  WeakMapGet,
  WeakMapSet,
} from "./primordials.ts";

/**
 * Where in the author's code a call was made. Its text is made only when somebody reads it: making it may run a
 * hook's `Error.prepareStackTrace`.
 */
export interface CallSite {
  readonly stack?: unknown;
}

/** A function of `ctx` or the global object. */
// oxlint-disable-next-line typescript/no-unsafe-function-type -- captureStackTrace takes any callable
export type Callee = Function;

/** What the runtime knows of an error it made; kept where hook code cannot forge it. */
interface ErrorFacts {
  code: string;
  context: DetailRow[];
}

/** A row of diagnostic detail, both parts text. */
export interface DetailRow {
  label: string;
  value: string;
}

const factsOf = new NativeWeakMap<object, ErrorFacts>();
const TypeErrorClass = TypeError;
const RangeErrorClass = RangeError;
const SyntaxErrorClass = SyntaxError;
const ErrorClass = Error;

/**
 * Notes the place of the call now running.
 * @param callee the function hook code called; its frame and those above it are left out
 */
export function captureCallSite(callee: Callee): CallSite {
  const site = ObjectCreate(null) as { stack?: unknown };
  ErrorCaptureStackTrace(site, callee);
  return site;
}

/**
 * A real error of this isolate for one the host describes.
 * @param visible own properties only are read
 * @param site place the error's stack shall show; null: here
 */
export function createGuestError(visible: GuestVisibleError, site: CallSite | null): Error {
  const error = constructError(visible.name, visible.message);
  if (ObjectHasOwn(visible, "cause") && visible.cause !== undefined) {
    const { cause } = visible;
    const causeError = constructError(cause.name, cause.message);
    defineValue(causeError, "code", cause.code, true);
    defineValue(error, "cause", causeError, false);
    if (site !== null) showSite(causeError, `${cause.name}: ${cause.message}`, site);
  }
  if (visible.code !== "") nameCode(error, visible.code, []);
  if (site !== null) showSite(error, `${visible.name}: ${visible.message}`, site);
  return error;
}

/**
 * An error as Node throws it: not one of the task's own codes.
 * @param code Node's code; "" for none
 */
export function nodeError(name: string, message: string, code: string): Error {
  const error = constructError(name, message);
  if (code !== "") defineValue(error, "code", code, true);
  return error;
}

/** Gives an error the code that the task will show, and `error.code`. */
export function nameCode(error: Error, code: string, context: DetailRow[]): void {
  WeakMapSet(factsOf, error, { code, context });
  defineValue(error, "code", code, true);
}

/** What the runtime knows of a thrown value; null when it did not make it. */
export function errorFacts(thrown: unknown): ErrorFacts | null {
  if (typeof thrown !== "object" || thrown === null) return null;
  return WeakMapGet(factsOf, thrown) ?? null;
}

/** Makes the error's stack its headline and the place of a call. */
function showSite(error: Error, headline: string, site: CallSite): void {
  defineComputed(error, "stack", () => headline + framesOf(site));
}

function framesOf(site: CallSite): string {
  const { stack } = site;
  if (typeof stack !== "string") return "";
  const start = StringIndexOf(stack, "\n    at ");
  return start < 0 ? "" : StringSlice(stack, start);
}

function constructError(name: string, message: string): Error {
  switch (name) {
    case "TypeError":
      return new TypeErrorClass(message);
    case "RangeError":
      return new RangeErrorClass(message);
    case "SyntaxError":
      return new SyntaxErrorClass(message);
    case "Error":
      return new ErrorClass(message);
    default:
      return isDomExceptionName(name) ? new DOMException(message, name) : namedError(name, message);
  }
}

function namedError(name: string, message: string): Error {
  const error = new ErrorClass(message);
  defineValue(error, "name", name, false);
  return error;
}
