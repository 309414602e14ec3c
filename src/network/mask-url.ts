const maxShownLength = 500;

/**
 * An address as logs and messages may show it: no user name, no password, no fragment, and `***` in place of each
 * query value, because tokens ride there.
 */
export function maskUrl(address: string | URL): string {
  const url = typeof address === "string" ? URL.parse(address) : address;
  if (url === null) return "(not a web address)";
  const path = url.origin === "null" ? `${url.protocol}…` : `${url.origin}${url.pathname}`;
  return shorten(path + maskQuery(url.search));
}

function maskQuery(search: string): string {
  if (search === "") return "";
  const parts = search.slice(1).split("&");
  const masked = parts.map((part) =>
    part.includes("=") ? `${part.slice(0, part.indexOf("="))}=***` : "***",
  );
  return `?${masked.join("&")}`;
}

function shorten(text: string): string {
  return text.length <= maxShownLength ? text : `${text.slice(0, maxShownLength)}…`;
}
