import type { JsonObject, JsonValue } from "../../json.ts";

/**
 * What a simulated app answers: a plain function from a request and the app's state to a reply. `null` leaves the
 * request to the default behaviour (`/` a page, `/health` `{"status":"ok"}`, everything else 404).
 * How to write one: `docs/reference/simulated-nas.md`.
 */
export type AppBehaviour = (request: AppRequest, state: AppState) => AppReply | null;

/** A request as the app sees it. */
export interface AppRequest {
  method: string;
  /** Path without the query, as it came over the wire (not decoded). */
  path: string;
  /** Query parameters, decoded; the last value wins when a name comes twice. */
  query: Record<string, string>;
  /** Header names in lower case; a header sent twice is joined with `, `. */
  headers: Record<string, string>;
  /** Body as UTF-8 text; empty when there is none. */
  body: string;
  /** The port the app declared, e.g. 8080, whatever the real port is. */
  port: number;
}

/** One app's state, kept between requests, over upgrades and over restarts of a NAS with a `stateDir`. */
export interface AppState {
  readonly name: string;
  /** Version that is running now. */
  readonly version: string;
  /** `app_values` after macros. */
  readonly values: JsonObject;
  /** The behaviour's own data: plain JSON, changed in place; `{}` when the app is installed. */
  data: JsonObject;
}

/** What the app answers. */
export interface AppReply {
  status: number;
  /** A list of values sends the header once for each, as `set-cookie` needs. */
  headers?: Record<string, string | string[]>;
  /** Text is sent as it is (`text/plain` unless `headers` say otherwise), any other JSON value as JSON. */
  body?: JsonValue;
  /** Milliseconds on the NAS's clock before the reply is sent; default 0. */
  delayMs?: number;
  /** Drop the connection in place of answering. */
  disconnect?: boolean;
}

/** A request an app has seen, with what it answered. */
export interface RecordedRequest extends AppRequest {
  /** When it was answered, on the NAS's clock. */
  at: number;
  /** Status answered; 0 when the connection was dropped. */
  status: number;
  /** True when the app was still starting and only said 503. */
  starting: boolean;
}

/** What an app answers that has no behaviour of its own. */
export function defaultAppBehaviour({ path }: AppRequest, state: AppState): AppReply {
  if (path === "/") {
    return {
      status: 200,
      headers: { "content-type": "text/html; charset=utf-8" },
      body: `<!doctype html><title>${escapeHtml(state.name)}</title><h1>${escapeHtml(state.name)} ${escapeHtml(state.version)}</h1>`,
    };
  }
  if (path === "/health") return { status: 200, body: { status: "ok" } };
  return { status: 404, body: { error: "not found" } };
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
