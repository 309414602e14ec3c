import { signal } from "@preact/signals";
import { createApiClient } from "../../client/create-api-client.ts";
import { parseSignInCode } from "./route.ts";

const key = "tacklebox.token";

/** The token this browser holds; null: nobody is signed in. */
export const token = signal<string | null>(localStorage.getItem(key));

/** What the sign-in form says about how it came to be shown. */
export const signInNotice = signal("");

export function signIn(value: string): void {
  localStorage.setItem(key, value);
  signInNotice.value = "";
  token.value = value;
}

export function signOut(notice = ""): void {
  localStorage.removeItem(key);
  signInNotice.value = notice;
  token.value = null;
}

// Signing in or out in one tab counts for all.
addEventListener("storage", (event) => {
  if (event.key === key) token.value = event.newValue;
});

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
