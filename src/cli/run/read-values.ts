import { TackleboxError } from "../../errors.ts";
import { parseAllowedHost } from "../../network/decide-request.ts";

/** `host` or `host:port`, checked; `command` is whose option it is. */
export function readAllowed(text: string, command = "run"): string {
  if (parseAllowedHost(text) !== null) return text;
  throw new TackleboxError(
    "USAGE",
    `${command} --allow: "${text}" was found, expected host or host:port; leave out scheme and path.`,
  );
}

export function readHost(text: string): string {
  const host = parseAllowedHost(text);
  if (host !== null && host.port === null) return text;
  throw usage("--host", `"${text}" was found`, "a host name or address", "pass the port with --port");
}

/** `https://a.example=http://127.0.0.1:4000`, both without a path. */
export function readOriginMap(text: string): { from: string; to: string } {
  const [from, to, ...rest] = text.split("=").map((part) => URL.parse(part));
  if (isOrigin(from) && isOrigin(to) && rest.length === 0) return { from: from.origin, to: to.origin };
  throw usage(
    "--map-origin",
    `"${text}" was found`,
    "two origins, as in https://a.example=http://127.0.0.1:4000",
    "leave out paths",
  );
}

function isOrigin(url: URL | null | undefined): url is URL {
  const isWeb = url?.protocol === "https:" || url?.protocol === "http:";
  return isWeb && url.href === `${url.origin}/`;
}

export function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw usage("--port", `"${text}" was found`, "a number from 1 to 65535", "pass the app's port");
}

/** Seconds, fractions allowed. */
export function readTimeout(text: string): number {
  const seconds = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && seconds > 0) return seconds;
  throw usage("--timeout", `"${text}" was found`, "a number of seconds above 0", "pass e.g. --timeout 30");
}

function usage(option: string, found: string, expected: string, advice: string): TackleboxError {
  return new TackleboxError("USAGE", `run ${option}: ${found}, expected ${expected}; ${advice}.`);
}
