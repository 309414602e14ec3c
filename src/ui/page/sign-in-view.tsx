import { useSignal } from "@preact/signals";
import { failureText } from "./api.ts";
import { Icon } from "./icons.tsx";
import { isAccepted, signIn, signInNotice } from "./session.ts";
import { useWork } from "./use-work.ts";

/** Asks for a token, where none is kept or the one that was is not accepted any more. */
export function SignInView() {
  const value = useSignal("");
  const failure = useSignal("");
  const submit = useWork(async () => {
    failure.value = await trySignIn(value.value.trim());
  });

  return (
    <section class="sign-in card">
      <span class="sign-in-icon">
        <Icon name="key" />
      </span>
      <h1>Sign in</h1>
      <p class="muted">
        The server printed an address when it was started; opening it signs you in. Or enter a token here.
      </p>
      {signInNotice.value !== "" && (
        <p class="hint tone-waiting" role="status">
          {signInNotice.value}
        </p>
      )}
      <form onSubmit={submit.start}>
        <label class="field">
          <span class="field-label">Token</span>
          <input
            type="password"
            autocomplete="current-password"
            spellcheck={false}
            required
            placeholder="tbx_..."
            value={value}
            aria-invalid={failure.value !== ""}
            aria-describedby="sign-in-failure"
            onInput={({ currentTarget }) => {
              value.value = currentTarget.value;
            }}
          />
        </label>
        <p class="field-error" id="sign-in-failure" role="alert">
          {failure.value}
        </p>
        <button type="submit" class="button primary wide" disabled={submit.busy}>
          Sign in
        </button>
      </form>
    </section>
  );
}

/** Gives what went wrong; empty when the token is accepted. */
async function trySignIn(token: string): Promise<string> {
  try {
    if (!(await isAccepted(token))) return "This token is not accepted. Check that all of it was copied.";
    signIn(token);
    return "";
  } catch (error) {
    return failureText(error);
  }
}
