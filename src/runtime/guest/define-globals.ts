import { AbortController, AbortSignal } from "./abort.ts";
import { Blob, File } from "./blob.ts";
import { installClock } from "./clock.ts";
import { installConsole } from "./console.ts";
import { installCrypto } from "./crypto.ts";
import { defineDomExceptionConstants, DOMException } from "./dom-exception.ts";
import { installBase64, TextDecoder, TextEncoder } from "./encoding.ts";
import { CustomEvent, Event, EventTarget } from "./events.ts";
import { installFetch } from "./fetch.ts";
import { FormData } from "./form-data.ts";
import { Headers } from "./headers.ts";
import { defineValue, ObjectDefineProperty } from "./primordials.ts";
import { installProcess } from "./process.ts";
import { installRandom } from "./random.ts";
import { Request } from "./request.ts";
import { Response } from "./response.ts";
import { structuredClone } from "./structured-clone.ts";
import { installTimers } from "./timers.ts";
import { URL } from "./url.ts";
import { URLSearchParams } from "./url-search-params.ts";

/** Puts everything a hook may use on the global object; `docs/reference/web-globals.md` lists it. */
export function defineGlobals(global: typeof globalThis): void {
  const classes: Record<string, unknown> = {
    __proto__: null,
    AbortController,
    AbortSignal,
    Blob,
    CustomEvent,
    DOMException,
    Event,
    EventTarget,
    File,
    FormData,
    Headers,
    Request,
    Response,
    TextDecoder,
    TextEncoder,
    URL,
    URLSearchParams,
  };
  for (const name in classes) {
    // The bundle's names are shortened; authors see these in `error.name` and in logs.
    ObjectDefineProperty(classes[name] as object, "name", { value: name, configurable: true });
    defineValue(global, name, classes[name], false);
  }
  defineDomExceptionConstants();
  defineValue(global, "structuredClone", structuredClone, true);
  installBase64(global);
  installClock(global);
  installConsole(global);
  installCrypto(global);
  installFetch(global);
  installProcess(global);
  installRandom();
  installTimers(global);
}
