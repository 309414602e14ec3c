// First of all: what it captures must be V8's own.
import "./primordials.ts";
import { defineGlobals } from "./define-globals.ts";
import { createGuestEntry } from "./entry.ts";
import { hostFunctionName, type GuestEntry } from "./entry-protocol.ts";
import { connectHost } from "./host.ts";
import { removeGlobals } from "./remove-globals.ts";

const scope = globalThis as unknown as Record<string, Parameters<typeof connectHost>[0]>;
const hostFunction = scope[hostFunctionName];
if (hostFunction === undefined) throw new Error(`${hostFunctionName} is missing; set it before the guest.`);
connectHost(hostFunction);
Reflect.deleteProperty(globalThis, hostFunctionName);
removeGlobals(globalThis);
defineGlobals(globalThis);

/** What the sandbox process holds; see `entry-protocol.ts`. */
export const guestEntry: GuestEntry = createGuestEntry();
