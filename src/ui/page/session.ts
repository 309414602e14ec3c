import { signal } from "@preact/signals";
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

/** Whether the server accepts a token. */
export async function isAccepted(value: string): Promise<boolean> {
  const response = await fetch("/v1/tasks?limit=1", { headers: { authorization: `Bearer ${value}` } });
  return response.ok;
}

async function exchange(code: string): Promise<string | null> {
  try {
    const response = await fetch("/v1/sessions", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ code }),
    });
    if (!response.ok) return null;
    const answer: unknown = await response.json();
    if (typeof answer !== "object" || answer === null || !("token" in answer)) return null;
    return typeof answer.token === "string" ? answer.token : null;
  } catch {
    return null;
  }
}
