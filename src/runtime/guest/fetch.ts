import { addAbortStep } from "./abort.ts";
import { takeBodySource } from "./body.ts";
import { abortCall, beginCall, limitReached } from "./bridge.ts";
import { captureCallSite, createGuestError, type CallSite } from "./guest-error.ts";
import { headerRows } from "./headers.ts";
import { maxBodyBytes } from "./limits.ts";
import { defineValue, ignoreRejection, JsonStringify, NativePromise } from "./primordials.ts";
import { Request, type RequestInit } from "./request.ts";
import { createResponse, type Response } from "./response.ts";

/** `fetch`: the request is made by the host, under the network policy of the task. */
export function installFetch(global: typeof globalThis): void {
  function fetch(input: unknown, init?: RequestInit): Promise<Response> {
    const site = captureCallSite(fetch);
    const promise = new NativePromise<Response>((resolve, reject) => {
      if (input === undefined) throw new TypeError("fetch: 1 argument required, but only 0 present.");
      startFetch(new Request(input, init), site, resolve, reject);
    });
    ignoreRejection(promise);
    return promise;
  }
  defineValue(global, "fetch", fetch, true);
}

function startFetch(
  request: Request,
  site: CallSite,
  resolve: (response: Response) => void,
  reject: (reason: unknown) => void,
): void {
  const { signal } = request;
  signal.throwIfAborted();
  const body = bodyBuffer(request);
  const seq = beginCall("fetch", fetchArguments(request, body !== null), body, (completion) => {
    untie();
    try {
      if (completion.ok) resolve(createResponse(completion));
      else reject(createGuestError(completion.error, site));
    } catch (error) {
      reject(error);
    }
  });
  const untie = addAbortStep(signal, () => {
    abortCall(seq);
    reject(signal.reason);
  });
}

function fetchArguments(request: Request, hasBody: boolean): string {
  const { url, method, redirect } = request;
  const hash = url.indexOf("#");
  return JsonStringify({
    __proto__: null,
    url: hash < 0 ? url : url.slice(0, hash),
    method,
    headers: headerRows(request.headers),
    redirect,
    hasBody,
  }) as string;
}

function bodyBuffer(request: Request): ArrayBuffer | null {
  const source = takeBodySource(request);
  if (source === null) return null;
  const { buffer } = source.bytes();
  if (buffer.byteLength > maxBodyBytes) {
    throw limitReached(
      `fetch: the request body has ${buffer.byteLength} bytes, at most ${maxBodyBytes} are allowed; send less.`,
    );
  }
  return buffer;
}
