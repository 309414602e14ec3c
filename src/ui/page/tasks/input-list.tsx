import { ToneIcon } from "../icons.tsx";
import type { Hook, TaskInput } from "../views.ts";
import type { Tone } from "../words.ts";

const tones: Readonly<Record<TaskInput["state"], Tone>> = {
  waiting: "waiting",
  provided: "done",
  failed: "failed",
};
const words: Readonly<Record<TaskInput["state"], string>> = {
  waiting: "not answered yet",
  provided: "answered",
  failed: "failed",
};

/** What the hook asked for. Answers are never shown. */
export function InputList({ hook }: { hook: Hook }) {
  if (hook.inputs.length === 0) return null;
  return (
    <section class="hook-inputs" aria-label="Questions and sign-ins">
      <h4>Asked of you</h4>
      <ul class="checkpoints">
        {hook.inputs.map(({ id, title, state, error }) => (
          <li key={id} class="checkpoint">
            <ToneIcon tone={tones[state]} word="" />
            <span>
              {title} <span class="muted">{error ?? words[state]}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
