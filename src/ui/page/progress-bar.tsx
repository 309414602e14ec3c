import type { Tone } from "./words.ts";

/** How far something is, in whole percent. */
export function ProgressBar({ percent, tone, label }: { percent: number; tone: Tone; label: string }) {
  return (
    <span
      class={`progress tone-${tone}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <span class="progress-fill" style={{ "--percent": String(percent) }} />
    </span>
  );
}
