import { isJsonObject, type JsonObject, type JsonValue } from "../../json.ts";
import { maskUrl } from "../../network/mask-url.ts";
import type { NetworkResponse } from "../../network/network-client.ts";
import { abortError } from "../../network/network-error.ts";
import { EffectError, type EffectDefinition, type EffectResult, type EffectTools } from "../effect.ts";
import { argumentError, describe, requireArgs } from "./argument.ts";
import { parseMethod, toResponseResult } from "./fetch.ts";

/** `ctx.waitForApp` with both spellings of its options made one, and the defaults filled in. */
export interface WaitForAppArgs {
  path: string;
  method: string;
  headers: [name: string, value: string][];
  /** Null: any status below 500. */
  expectedStatus: number[] | null;
  timeoutMs: number;
  maxAttempts: number;
  initialDelayMs: number;
  maxDelayMs: number;
}

/** Failures of a poll that waiting may cure; any other ends the call. */
const passingCodes = new Set(["NETWORK_FAILED", "NETWORK_TIMEOUT", "NETWORK_REDIRECTS"]);

const maxDelayOfAnyKind = 24 * 60 * 60 * 1000;

/** `ctx.waitForApp`: polls the app until it answers as expected. Polls may be repeated, whatever their method. */
export const waitForApp: EffectDefinition<WaitForAppArgs> = {
  name: "waitForApp",
  isTimed: true,
  nature: () => "repeatable",
  parseArgs: (value) => {
    const args = requireArgs("waitForApp", value);
    const options = args["options"] ?? {};
    if (!isJsonObject(options)) {
      throw argumentError("waitForApp", `options is ${describe(options)}; expected an object.`);
    }
    return {
      path: parsePath(args["path"]),
      method: parseMethod(options["method"]),
      headers: parseHeaders(options["headers"]),
      expectedStatus: parseExpectedStatus(options["expectedStatus"]),
      timeoutMs: parseNumber(options, ["timeout", "timeoutMs"], { min: 1, initial: 5000 }),
      maxAttempts: Math.max(1, parseNumber(options, ["retries", "maxAttempts"], { min: 0, initial: 40 })),
      initialDelayMs: parseNumber(options, ["initialDelayMs"], { min: 0, initial: 500 }),
      maxDelayMs: parseNumber(options, ["maxDelayMs"], { min: 0, initial: 15_000 }),
    };
  },
  perform: async (args, _body, tools) => {
    const url = requireAppUrl(args.path, tools.baseUrl);
    const from = toPolling(tools.pausedWith);
    const most = from?.most ?? remainingAttempts(args, tools.elapsedMs);
    let { polls, told } = from ?? { polls: 0, told: "" };
    for (;;) {
      const poll = await pollOnce(args, url, tools);
      polls += 1;
      if ("result" in poll) return poll.result;
      const reason = poll.reason.slice(0, maxToldLength);
      if (reason !== told) tools.note(`waitForApp ${maskUrl(url)}: not ready: ${poll.reason}`);
      told = reason;
      if (polls >= most) throw notReady(args, url, poll.reason);
      await pause(delayBefore(polls + 1, args), { polls, most, told }, tools);
    }
  },
};

/** How far the polling has come; what a long pause is gone on from. */
type Polling = {
  /** Requests sent. */
  polls: number;
  /** Requests that may be sent. */
  most: number;
  /** The reason told last, as far as it is compared. */
  told: string;
};

const maxToldLength = 300;

/** Null for what no `waitForApp` has given to `pause`. */
function toPolling(state: JsonValue): Polling | null {
  if (!isJsonObject(state)) return null;
  const { polls, most, told } = state;
  if (typeof polls !== "number" || typeof most !== "number" || typeof told !== "string") return null;
  return { polls, most, told };
}

/** Wait before request number `attempt` (from 2 on), in milliseconds: doubled each time up to the longest. */
function delayBefore(attempt: number, { initialDelayMs, maxDelayMs }: WaitForAppArgs): number {
  return Math.min(initialDelayMs * 2 ** Math.min(attempt - 2, 30), maxDelayMs);
}

/**
 * How many requests are left when the call goes on after a crash before its first long pause: those whose waits have not passed yet, and at least
 * half of them all, because the app may have gone down together with us. The hook's own timeout still holds.
 */
function remainingAttempts(args: WaitForAppArgs, elapsedMs: number): number {
  const least = Math.ceil(args.maxAttempts / 2);
  let used = 0;
  for (let passed = 0; args.maxAttempts - used > least; used += 1) {
    passed += Math.max(1, delayBefore(used + 2, args));
    if (passed > elapsedMs) break;
  }
  return args.maxAttempts - used;
}

async function pollOnce(
  args: WaitForAppArgs,
  url: string,
  tools: EffectTools,
): Promise<{ result: EffectResult } | { reason: string }> {
  const { method, headers, timeoutMs, expectedStatus } = args;
  const wantsRedirect = expectedStatus?.some((status) => status >= 300 && status < 400) === true;
  const redirect = wantsRedirect ? "manual" : "follow";
  try {
    const response = await tools.network.request(
      { url, method, headers, timeoutMs, redirect, body: null },
      tools.signal,
    );
    if (isExpected(response, expectedStatus)) return { result: toResponseResult(response) };
    return { reason: `it answers ${response.status} ${response.statusText}`.trimEnd() };
  } catch (error) {
    if (!(error instanceof EffectError)) throw error;
    if (error.code === "NETWORK_REFUSED") tools.note(error.message);
    if (tools.signal.aborted || !passingCodes.has(error.code)) throw error;
    return { reason: toReason(error, timeoutMs) };
  }
}

function isExpected({ status }: NetworkResponse, expected: number[] | null): boolean {
  return expected === null ? status < 500 : expected.includes(status);
}

function toReason(error: EffectError, timeoutMs: number): string {
  if (error.code === "NETWORK_TIMEOUT") return `no answer within ${timeoutMs} ms`;
  return error.visible.cause?.message ?? error.message;
}

async function pause(ms: number, state: Polling, tools: EffectTools): Promise<void> {
  try {
    await tools.pause(ms, state);
  } catch (error) {
    throw tools.signal.aborted ? abortError() : error;
  }
}

function notReady(args: WaitForAppArgs, url: string, reason: string): EffectError {
  const expected =
    args.expectedStatus === null ? "a status below 500" : `status ${args.expectedStatus.join(" or ")}`;
  return new EffectError("APP_NOT_READY", {
    name: "Error",
    message:
      `ctx.waitForApp: ${args.method} ${maskUrl(url)} did not become ready in ${args.maxAttempts} requests; ` +
      `last: ${reason}; expected ${expected}. Check the app's log, or raise retries or timeout.`,
  });
}

function requireAppUrl(path: string, baseUrl: string): string {
  if (baseUrl === "") {
    throw new EffectError("APP_ADDRESS_UNKNOWN", {
      name: "Error",
      message:
        `ctx.waitForApp(${JSON.stringify(path)}): the app has no address, because its host or port is unknown. ` +
        "Declare the port in requirements.ports, or publish one in the app's values.",
    });
  }
  const base = new URL(baseUrl);
  const url = URL.parse(path, base);
  if (url === null || url.origin !== base.origin) {
    throw argumentError(
      "waitForApp",
      `path ${JSON.stringify(path)} leaves the app's own address ${base.origin}.`,
    );
  }
  return url.href;
}

function parsePath(value: JsonValue | undefined): string {
  if (typeof value === "string" && /^\/(?![/\\])/.test(value)) return value;
  throw argumentError(
    "waitForApp",
    `path is ${describe(value)}; expected a path on the app such as "/health".`,
  );
}

function parseHeaders(value: JsonValue | undefined): [string, string][] {
  if (value === undefined || value === null) return [];
  if (!isJsonObject(value)) {
    throw argumentError("waitForApp", `headers is ${describe(value)}; expected an object of texts.`);
  }
  return Object.entries(value).map(([name, text]) => {
    if (typeof text === "string") return [name, text];
    throw argumentError("waitForApp", `headers.${name} is ${describe(text)}; expected a string.`);
  });
}

function parseExpectedStatus(value: JsonValue | undefined): number[] | null {
  if (value === undefined || value === null) return null;
  const list = Array.isArray(value) ? value : [value];
  return list.map((status) => {
    if (typeof status === "number" && Number.isInteger(status) && status >= 100 && status <= 599)
      return status;
    throw argumentError(
      "waitForApp",
      `expectedStatus is ${describe(status)}; expected a status from 100 to 599.`,
    );
  });
}

interface NumberRule {
  min: number;
  initial: number;
}

/** The first of the spellings that is set; whole, and not beyond a day or its count. */
function parseNumber(options: JsonObject, spellings: string[], { min, initial }: NumberRule): number {
  for (const name of spellings) {
    const value = options[name];
    if (value === undefined || value === null) continue;
    if (typeof value === "number" && value >= min) return Math.min(Math.ceil(value), maxDelayOfAnyKind);
    throw argumentError("waitForApp", `${name} is ${describe(value)}; expected a number from ${min} up.`);
  }
  return initial;
}
