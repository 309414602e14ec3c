import type { JsonObject } from "../../json.ts";
import { showValue } from "../describe-place.ts";
import type { Report } from "../problem-draft.ts";
import { hooksOf, objectAt, textAt } from "../script-parts.ts";

/** The link of a userOptional hook is a full http or https address. */
export function checkLinks(script: JsonObject, report: Report): void {
  for (const hook of hooksOf(script)) {
    const userOptional = objectAt(script, hook, "userOptional");
    const link = userOptional && objectAt(script, userOptional, "link");
    const url = link && textAt(link, "url");
    if (link === null || url === null || isFullAddress(url)) continue;
    const message = `${link.place}.url: found ${showValue(url)}, expected a full web address; write for example "https://example.com/terms".`;
    report({ code: "LINK_URL", pointer: `${link.pointer}/url`, message });
  }
}

/** Parsers of addresses forgive much (missing slashes, spaces); people who read the JSON should not have to. */
function isFullAddress(url: string): boolean {
  return /^https?:\/\/[^/\s\\]+[^\s\\]*$/i.test(url) && URL.canParse(url);
}
