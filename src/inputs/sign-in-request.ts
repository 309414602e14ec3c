import type { OAuthInput } from "../schema/install-script.ts";

/** What fills the placeholders of a flow. */
export type SignInValues = { clientId: string; pinId?: string; code?: string };

/**
 * Fills `{clientId}`, `{pinId}` and `{code}` of an address with percent-encoded values. The rest of the template stays
 * as it is written: a part after `#` is the provider's own business, question marks in it included.
 */
export function fillAddress(template: string, values: SignInValues): string {
  return fill(template, values, encodeURIComponent);
}

/** Address and headers of the request that starts a sign-in. */
export function toStartRequest(input: OAuthInput, values: SignInValues, product: string): StartRequest {
  const headers = toSignInHeaders(input, values, product);
  const address = fillAddress(input.flow.pinUrl, values);
  const url = URL.parse(address);
  if (input.provider !== "plex" || url === null || url.searchParams.has("strong"))
    return { url: address, headers };
  // A long code fits the sign-in page; without it Plex makes a 4-letter one to be typed in elsewhere.
  url.search = url.search === "" ? "?strong=true" : `${url.search}&strong=true`;
  return { url: url.href, headers };
}

interface StartRequest {
  url: string;
  headers: [name: string, value: string][];
}

/** The flow's headers, filled, with what the provider needs besides. */
export function toSignInHeaders(
  input: OAuthInput,
  values: SignInValues,
  product: string,
): [string, string][] {
  const given = Object.entries(input.flow.headers ?? {}).map(([name, value]): [string, string] => [
    name,
    fill(value, values, (text) => text),
  ]);
  const extra: [string, string][] = [["Accept", "application/json"]];
  if (input.provider === "plex") {
    extra.push(["X-Plex-Client-Identifier", values.clientId], ["X-Plex-Product", product]);
  }
  const names = new Set(given.map(([name]) => name.toLowerCase()));
  return [...given, ...extra.filter(([name]) => !names.has(name.toLowerCase()))];
}

function fill(template: string, values: SignInValues, encode: (text: string) => string): string {
  return template.replace(/\{(clientId|pinId|code)\}/g, (placeholder, name: keyof SignInValues) => {
    const value = values[name];
    return value === undefined ? placeholder : encode(value);
  });
}
