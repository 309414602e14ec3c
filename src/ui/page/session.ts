import { signal } from "@preact/signals";
import { createApiClient } from "../../client/create-api-client.ts";
import { parseSignInCode } from "./route.ts";

const key = "tacklebox.token";
/** Id of the token that was made for this browser when it was signed in by a code; a token that was entered has none. */
const ownKey = "tacklebox.own-token";

/** The token this browser holds; null: nobody is signed in. */
export const token = signal<string | null>(localStorage.getItem(key));

/** What the sign-in form says about how it came to be shown. */
export const signInNotice = signal("");

export function signIn(value: string): void {
  localStorage.setItem(key, value);
  signInNotice.value = "";
  token.value = value;
}

/** The user leaves: a token that was made for this browser opens nothing any more. */
export async function leave(): Promise<void> {
  const value = token.value;
  const id = localStorage.getItem(ownKey);
  signOut();
  if (value === null || id === null || !value.startsWith(`tbx_${id}_`)) return;
  const client = createApiClient({ url: location.origin, token: () => value });
  // Without an answer it stays in the list of tokens, where it can be taken away.
  await client.DELETE("/v1/tokens/{id}", { params: { path: { id } } }).catch(() => {});
}

export function signOut(notice = ""): void {
  localStorage.removeItem(key);
  localStorage.removeItem(ownKey);
  signInNotice.value = notice;
  token.value = null;
}

// Signing in or out in one tab counts for all.
addEventListener("storage", (event) => {
  if (event.key === key) token.value = event.newValue;
});

// The printed address may be opened in a tab that shows the page already: then only what comes after the # changes.
addEventListener("hashchange", () => void takeSignInCode());

/**
 * Exchanges the one-time code of the printed address for a token. The code leaves the address at once, before anything is
 * sent.
 */
export async function takeSignInCode(): Promise<void> {
  const code = parseSignInCode(location.hash);
  if (code === null) return;
  history.replaceState(null, "", "#/tasks");
  const answer = await exchange(code);
  if (answer !== null) {
    localStorage.setItem(ownKey, answer.split("_")[1] ?? "");
    signIn(answer);
  } else if (token.value === null) {
    signInNotice.value =
      "The code in this address has been used or is too old. Take the address the server printed last, or enter a token.";
  }
}

/** Whether the server accepts a token. Rejects when there is no answer. */
export async function isAccepted(value: string): Promise<boolean> {
  const asked = createApiClient({ url: location.origin, token: () => value });
  return (await asked.GET("/v1/tasks", { params: { query: { limit: 1 } } })).response.ok;
}

async function exchange(code: string): Promise<string | null> {
  try {
    const { data } = await createApiClient({ url: location.origin, token: () => null }).POST("/v1/sessions", {
      body: { code },
    });
    return data?.token ?? null;
  } catch {
    return null;
  }
}
