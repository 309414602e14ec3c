import {
  defineValue,
  ErrorCaptureStackTrace,
  ErrorClass,
  JsonStringify,
  ObjectCreate,
  ObjectDefineProperty,
  ObjectGetOwnPropertyDescriptor,
  ObjectSetPrototypeOf,
  StringSlice,
} from "./primordials.ts";

/** Stack text sent with a call, in characters; longer ones are cut at their outer end. */
const maxPlaceChars = 4000;

/** Frames noted: those of the guest itself are among them. */
const framesNoted = 40;

let isOn = false;

/** From now on calls say where they were made; for replays that an author looks at, never for a live hook. */
export function traceCalls(): void {
  isOn = true;
}

/** The field of a call's message that says where it was made: the stack's text; empty when calls are not traced. */
export function placeField(): string {
  return isOn ? `,"at":${JsonStringify(stackText())}` : "";
}

/** Made by V8 alone: what a hook put in charge of stacks is set aside meanwhile, so that none of its code runs. */
function stackText(): string {
  const before = {
    prepareStackTrace: ObjectGetOwnPropertyDescriptor(ErrorClass, "prepareStackTrace"),
    stackTraceLimit: ObjectGetOwnPropertyDescriptor(ErrorClass, "stackTraceLimit"),
  };
  try {
    if (before.prepareStackTrace !== undefined) defineValue(ErrorClass, "prepareStackTrace", undefined, true);
    defineValue(ErrorClass, "stackTraceLimit", framesNoted, true);
    const site = ObjectCreate(null) as { stack?: unknown };
    ErrorCaptureStackTrace(site, placeField);
    const { stack } = site;
    return typeof stack === "string" ? StringSlice(stack, 0, maxPlaceChars) : "";
  } catch {
    // The hook has fixed these properties; its places stay unknown.
    return "";
  } finally {
    restore("prepareStackTrace", before.prepareStackTrace);
    restore("stackTraceLimit", before.stackTraceLimit);
  }
}

function restore(name: string, descriptor: PropertyDescriptor | undefined): void {
  if (descriptor === undefined) return;
  try {
    ObjectDefineProperty(ErrorClass, name, ObjectSetPrototypeOf(descriptor, null));
  } catch {
    // It could not be changed either.
  }
}
