import ipaddr from "ipaddr.js";
import { isJsonObject, type JsonObject } from "../../json.ts";
import { showValue } from "../describe-place.ts";
import { pointerSegment } from "../positions.ts";
import type { Report } from "../problem-draft.ts";
import { hooksOf, inputsOf, objectAt, textAt, type ScriptPart } from "../script-parts.ts";

/** Placeholders known at the time each address is used. */
const placeholdersOf = {
  pinUrl: ["clientId"],
  authUrl: ["clientId", "code", "pinId"],
  pollUrl: ["clientId", "code", "pinId"],
} as const;

/**
 * Sign-in addresses widen what a hook may reach and carry tokens: https to a public host only, and nothing that
 * is filled in later may change the host.
 */
export function checkOauth(script: JsonObject, report: Report): void {
  for (const input of hooksOf(script).flatMap((hook) => inputsOf(script, hook))) {
    const flow = input.value["type"] === "oauth" ? objectAt(script, input, "flow") : null;
    if (flow === null) continue;
    for (const field of ["pinUrl", "authUrl", "pollUrl"] as const) {
      const url = textAt(flow, field);
      const fault = url === null ? null : findAddressFault(url, placeholdersOf[field]);
      if (fault === null) continue;
      const message = `${flow.place}.${field}: found ${showValue(url)}, ${fault}.`;
      report({ code: "OAUTH_URL", pointer: `${flow.pointer}/${field}`, message });
    }
    checkHeaders(flow, report);
  }
}

function findAddressFault(url: string, placeholders: readonly string[]): string | null {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u0020\u007F\\]/.test(url))
    return "which holds a space, a control character or a backslash; encode it";
  const authority = /^https:\/\/([^/?#]+)/i.exec(url)?.[1];
  if (authority === undefined)
    return `expected an address that begins with https:// and a host; write for example "https://example.com/pins"`;
  if (/[{}]/.test(authority))
    return "expected placeholders only in path, query or fragment; write the host out";
  if (authority.includes("@")) return "expected no user name or password in the address; remove them";
  const rest = placeholders.reduce((text, name) => text.replaceAll(`{${name}}`, "x"), url);
  if (/[{}]/.test(rest))
    return `expected no braces but the placeholders ${placeholders.map((name) => `{${name}}`).join(", ")}; remove the others`;
  if (!URL.canParse(rest)) return "which cannot be read as an address; correct it";
  return isPublicHost(new URL(rest).hostname)
    ? null
    : "expected a public host; sign-in on the local network is not possible";
}

/** Names are checked again when they are resolved; here only what can be told from the text. */
function isPublicHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (host === "localhost" || host.endsWith(".localhost")) return false;
  return !ipaddr.isValid(host) || ipaddr.process(host).range() === "unicast";
}

function checkHeaders(flow: ScriptPart, report: Report): void {
  const headers = flow.value["headers"];
  if (!isJsonObject(headers)) return;
  for (const [name, value] of Object.entries(headers)) {
    const pointer = `${flow.pointer}/headers${pointerSegment(name)}`;
    const place = `${flow.place}.headers`;
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
      const message = `${place}: ${showValue(name)} cannot be the name of a header; expected letters, digits and dashes; correct it.`;
      report({ code: "SCHEMA_VALUE", pointer, at: "name", message });
    }
    if (typeof value !== "string") continue;
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    if (/[\u0000-\u0008\u000A-\u001F\u007F]/.test(value)) {
      const message = `${place}, ${showValue(name)}: the value holds a line break or another control character; expected one line of text; remove it.`;
      report({ code: "SCHEMA_VALUE", pointer, message });
    }
    const unknown = [...value.matchAll(/\{(\w+)\}/g)].find((found) => found[1] !== "clientId")?.[0];
    if (unknown === undefined) continue;
    const message = `${place}, ${showValue(name)}: ${unknown} is sent as it is; expected no placeholder but {clientId}; correct it if one was meant.`;
    report({ code: "FIELD_STYLE", pointer, message });
  }
}
